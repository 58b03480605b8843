/*---
name: top-users-changing-iam-policies
title: Top users changing IAM policies
question: Who changes IAM policies most often, and which?
params: [since, until]
columns: { identity: string, changes: integer, policies: integer, api_list: string }
covers: ['User activity: Top users changing IAM policies']
tags: [dashboard, users, iam]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS changes,
  COUNT(DISTINCT COALESCE(requestParameters.policyArn, requestParameters.policyName)) AS policies,
  array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS api_list
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND readOnly = false
  AND eventName LIKE '%Polic%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY changes DESC, identity
LIMIT 100
