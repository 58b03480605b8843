/*---
name: roles-assumed-with-access-key
title: Roles taken with an access key
question: Which roles were taken with this key, for how long, and which sessions came of it?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: {
  eventtime: timestamp, role_arn: string, session_name: string, seconds: string, session_arn: string,
  session_key: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [iam-role-assumed-by-iam-access-key]
tags: [sample, key, sts]
---*/
SELECT
  eventTime,
  requestParameters.roleArn AS role_arn,
  requestParameters.roleSessionName AS session_name,
  requestParameters.durationSeconds AS seconds,
  json_extract_scalar(responseElements, '$.assumedRoleUser.arn') AS session_arn,
  json_extract_scalar(responseElements, '$.credentials.accessKeyId') AS session_key,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventSource = 'sts.amazonaws.com'
  AND eventName = 'AssumeRole'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
