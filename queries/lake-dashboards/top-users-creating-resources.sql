/*---
name: top-users-creating-resources
title: Top users performing resource creation
question: Who creates most resources, with which APIs?
params: [since, until]
columns: { identity: string, calls: integer, apis: integer, api_list: string }
covers: ['Resource changes: Top users performing resource creation']
tags: [dashboard, resources, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT eventName) AS apis,
  array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS api_list
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Create|Run|Allocate|Register|Launch|Import|Restore|Publish)')
  AND errorCode IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, identity
LIMIT 100
