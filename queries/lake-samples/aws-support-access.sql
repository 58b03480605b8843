/*---
name: aws-support-access
title: Access by AWS Support
question: When did AWS Support take its role in an account?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, identity: string, role_arn: string,
  session_name: string, sourceipaddress: string, eventid: string
  }
covers: [aws-support-access]
tags: [sample, sts]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  requestParameters.roleArn AS role_arn,
  requestParameters.roleSessionName AS session_name,
  sourceIPAddress,
  eventID
FROM events
WHERE eventSource = 'sts.amazonaws.com'
  AND eventName = 'AssumeRole'
  AND (requestParameters.roleArn LIKE '%/AWSServiceRoleForSupport' OR userIdentity.invokedBy = 'support.amazonaws.com')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
