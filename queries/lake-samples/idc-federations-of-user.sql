/*---
name: idc-federations-of-user
title: Where an Identity Center user went
question: Into which accounts and roles did this user go from the access portal?
params:
  - { name: user, type: string, description: 'name or user id in IAM Identity Center' }
  - since
  - until
columns: {
  eventtime: timestamp, who: string, account_id: string, role_name: string, sourceipaddress: string,
  eventid: string
  }
covers: [iam-idc-federate-api-by-idc-user]
tags: [sample, identity-center]
---*/
SELECT
  eventTime,
  COALESCE(userIdentity.userName, additionalEventData.UserName, userIdentity.onBehalfOf.userId, userIdentity.principalId) AS who,
  serviceEventDetails.account_id AS account_id,
  serviceEventDetails.role_name AS role_name,
  sourceIPAddress,
  eventID
FROM events
WHERE eventSource = 'sso.amazonaws.com'
  AND eventName = 'Federate'
  AND (
    userIdentity.userName = :user
    OR additionalEventData.UserName = :user
    OR userIdentity.onBehalfOf.userId = :user
    OR split_part(userIdentity.principalId, ':', 2) = :user
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
