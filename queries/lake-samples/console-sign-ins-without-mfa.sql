/*---
name: console-sign-ins-without-mfa
title: Console sign-ins without MFA
question: Which sign-ins to the console, failed ones too, used no second factor?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, identity_type: string, who: string, result: string,
  sourceipaddress: string, eventid: string
  }
covers: [console-login-with-no-mfa]
tags: [sample, sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  userIdentity.type AS identity_type,
  COALESCE(userIdentity.userName, userIdentity.arn, userIdentity.type) AS who,
  responseElements.ConsoleLogin AS result,
  sourceIPAddress,
  eventID
FROM events
WHERE eventName = 'ConsoleLogin'
  AND additionalEventData.MFAUsed = 'No'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
