/*---
name: top-users-of-data-apis
title: Top users of data plane APIs
question: Who makes most calls that are data events, at which services?
params: [since, until]
columns: { identity: string, calls: integer, errors: integer, services: string }
covers: ['Data events overview: Top users of data plane APIs']
needs: [data]
tags: [dashboard, data, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  array_join(array_sort(array_agg(DISTINCT eventSource)), ', ') AS services
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, identity
LIMIT 100
