/*---
name: recent-iam-policy-changes
title: Recent IAM policy changes
question: Which policy was changed or attached last, for which user, role or group, and by whom?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, changed_for: string, policy: string,
  identity: string, errorcode: string, eventid: string
  }
covers: ['IAM activity: Recent IAM policy changes']
tags: [dashboard, iam, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.userName, requestParameters.roleName, requestParameters.groupName) AS changed_for,
  COALESCE(requestParameters.policyArn, requestParameters.policyName) AS policy,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND readOnly = false
  AND eventName LIKE '%Polic%'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
