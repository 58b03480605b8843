/*---
name: top-iam-access-denied-apis
title: Top AccessDenied IAM APIs
question: Which IAM APIs are denied most often?
params: [since, until]
columns: { eventname: string, denied: integer, identities: integer, last_seen: timestamp }
covers: ['IAM activity: Top AccessDenied IAM APIs']
tags: [dashboard, iam, errors]
---*/
SELECT
  eventName,
  COUNT(DISTINCT eventID) AS denied,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventName
ORDER BY denied DESC, eventName
LIMIT 100
