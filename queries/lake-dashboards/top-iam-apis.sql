/*---
name: top-iam-apis
title: Top IAM APIs
question: Which IAM APIs are called most often?
params: [since, until]
columns: { eventname: string, calls: integer, errors: integer, identities: integer }
covers: ['IAM activity: Top IAM APIs']
tags: [dashboard, iam]
---*/
SELECT
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventName
ORDER BY calls DESC, eventName
LIMIT 100
