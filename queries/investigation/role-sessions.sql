/*---
name: role-sessions
title: Sessions of a role
question: Who took this role, with which session name, from where, and which key did they get?
params:
  - { name: role_arn, type: string, description: 'ARN of the role' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, taken_by: string, from_account: string, session_name: string,
  external_id: string, session_key: string, sourceipaddress: string, errorcode: string, eventid: string
  }
tags: [investigation, identity, sts]
---*/
SELECT
  eventTime,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS taken_by,
  userIdentity.accountId AS from_account,
  requestParameters.roleSessionName AS session_name,
  requestParameters.externalId AS external_id,
  json_extract_scalar(responseElements, '$.credentials.accessKeyId') AS session_key,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'sts.amazonaws.com'
  AND eventName IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot')
  AND requestParameters.roleArn = :role_arn
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
