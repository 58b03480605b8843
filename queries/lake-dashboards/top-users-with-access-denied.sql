/*---
name: top-users-with-access-denied
title: Top users with AccessDenied errors
question: Who is denied most often, at how many APIs?
params: [since, until]
columns: { identity: string, denied: integer, apis: integer, addresses: string, last_seen: timestamp }
covers: ['User activity: Top users with AccessDenied errors']
tags: [dashboard, users, errors]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS denied,
  COUNT(DISTINCT eventName) AS apis,
  array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses,
  MAX(eventTime) AS last_seen
FROM events
WHERE (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY denied DESC, identity
LIMIT 100
