/*---
name: top-errors-by-code
title: Top errors by error code
question: Which error codes come most often, from how many services and identities?
params: [since, until]
columns: { errorcode: string, errors: integer, services: integer, apis: integer, identities: integer }
covers: ['Error analysis: Top errors by error code', 'Overview: Top errors']
tags: [dashboard, errors, overview]
---*/
SELECT
  errorCode,
  COUNT(DISTINCT eventID) AS errors,
  COUNT(DISTINCT eventSource) AS services,
  COUNT(DISTINCT eventName) AS apis,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode
ORDER BY errors DESC, errorCode
LIMIT 100
