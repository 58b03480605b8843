/*---
name: top-users-with-errors
title: Top users with errors
question: Whose calls fail most often, and what share of them?
params: [since, until]
columns: { identity: string, errors: integer, calls: integer, error_codes: integer, error_percent: double }
covers: ['User activity: Top users with errors', 'Error analysis: Top users with errors']
tags: [dashboard, users, errors]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT errorCode) AS error_codes,
  round(100e0 * COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) / COUNT(DISTINCT eventID), 1) AS error_percent
FROM events
WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
HAVING COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) > 0
ORDER BY errors DESC, identity
LIMIT 100
