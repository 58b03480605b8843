/*---
name: idc-sign-ins
title: Sign-ins to the access portal
question: Who signed in to the portal of IAM Identity Center, from where?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, who: string, sourceipaddress: string,
  useragent: string, errorcode: string, eventid: string
  }
covers: [iam-idc-authenticate-api]
tags: [sample, identity-center, sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.userName, additionalEventData.UserName, userIdentity.onBehalfOf.userId, userIdentity.principalId) AS who,
  sourceIPAddress,
  userAgent,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'sso.amazonaws.com'
  AND eventName = 'Authenticate'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
