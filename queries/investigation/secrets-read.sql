/*---
name: secrets-read
title: Secrets and parameters that were read
question: Who read which secrets, encrypted parameters and passwords, and did it succeed?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, identity: string, what: string,
  sourceipaddress: string, errorcode: string, eventid: string
  }
tags: [investigation, secrets, credential-access]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COALESCE(requestParameters.secretId, requestParameters.name, requestParameters.path, requestParameters.names, requestParameters.instanceId) AS what,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE (
    (eventSource = 'secretsmanager.amazonaws.com' AND eventName IN ('GetSecretValue', 'BatchGetSecretValue'))
    OR (
      eventSource = 'ssm.amazonaws.com'
      AND eventName IN ('GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory')
      AND requestParameters.withDecryption = 'true'
    )
    OR (eventSource = 'ec2.amazonaws.com' AND eventName = 'GetPasswordData')
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
