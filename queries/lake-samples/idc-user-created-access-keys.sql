/*---
name: idc-user-created-access-keys
title: Access keys an Identity Center user created
question: For which users did this user create access keys, and which?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, made_for: string, access_key_id: string,
  sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [iam-idc-user-create-iam-user-acces-keys]
tags: [sample, identity-center, iam, key]
---*/
SELECT
  eventTime,
  recipientAccountId,
  requestParameters.userName AS made_for,
  json_extract_scalar(responseElements, '$.accessKey.accessKeyId') AS access_key_id,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName = 'CreateAccessKey'
  AND split_part(userIdentity.principalId, ':', 2) = :user
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
