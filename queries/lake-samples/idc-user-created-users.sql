/*---
name: idc-user-created-users
title: Users an Identity Center user created
question: Which IAM users did this user create?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, user_name: string, sourceipaddress: string, errorcode: string,
  eventid: string
  }
covers: [iam-idc-user-create-iam-user]
tags: [sample, identity-center, iam]
---*/
SELECT
  eventTime,
  recipientAccountId,
  requestParameters.userName AS user_name,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName = 'CreateUser'
  AND split_part(userIdentity.principalId, ':', 2) = :user
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
