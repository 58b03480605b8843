/*---
name: top-assumed-roles
title: Top assumed IAM roles
question: Which roles are taken most often, by how many identities?
params: [since, until]
columns: { role_arn: string, calls: integer, errors: integer, identities: integer, calls_by_services: integer }
covers: ['IAM activity: Top assumed IAM roles']
tags: [dashboard, iam, sts]
---*/
SELECT
  requestParameters.roleArn AS role_arn,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  COUNT(DISTINCT CASE WHEN userIdentity.type = 'AWSService' THEN eventID END) AS calls_by_services
FROM events
WHERE eventSource = 'sts.amazonaws.com'
  AND eventName LIKE 'AssumeRole%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, role_arn
LIMIT 100
