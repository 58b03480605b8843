/*---
name: top-errors-by-user
title: Top errors by user
question: Which errors does each identity get most often?
params: [since, until]
columns: { identity: string, errorcode: string, errors: integer, apis: integer }
covers: ['Management events: Top errors by user']
tags: [dashboard, users, errors]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  COUNT(DISTINCT eventID) AS errors,
  COUNT(DISTINCT eventName) AS apis
FROM events
WHERE errorCode IS NOT NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY errors DESC, identity, errorCode
LIMIT 100
