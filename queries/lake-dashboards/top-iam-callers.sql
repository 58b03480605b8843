/*---
name: top-iam-callers
title: Top IAM callers
question: Which identities call IAM most often, and how often do they change something?
params: [since, until]
columns: { identity: string, identity_type: string, calls: integer, writes: integer, errors: integer }
covers: ['IAM activity: Top IAM callers']
tags: [dashboard, iam]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userIdentity.type AS identity_type,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY calls DESC, identity
LIMIT 100
