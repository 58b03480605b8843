/*---
name: user-history
title: What was done to an IAM user
question: Who created or changed this user, its keys, password, groups and policies?
params:
  - { name: user_name, type: string, description: 'name of the user' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, done_by: string, detail: string, sourceipaddress: string,
  errorcode: string, eventid: string
  }
tags: [investigation, iam]
---*/
SELECT
  eventTime,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS done_by,
  COALESCE(requestParameters.policyArn, requestParameters.policyName, requestParameters.groupName, requestParameters.accessKeyId, requestParameters.serialNumber) AS detail,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND requestParameters.userName = :user_name
  AND readOnly = false
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
