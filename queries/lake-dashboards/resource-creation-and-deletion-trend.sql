/*---
name: resource-creation-and-deletion-trend
title: Resource creation and deletion trends
question: How many calls created resources and how many removed them, in each hour?
params: [since, until]
columns: { in_hour: timestamp, created: integer, removed: integer }
covers: ['Resource changes: Resource creation and deletion trends']
tags: [dashboard, resources, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN regexp_like(eventName, '^(Create|Run|Allocate|Register|Launch|Import|Restore|Publish)') THEN eventID END) AS created,
  COUNT(DISTINCT CASE WHEN regexp_like(eventName, '^(Delete|Terminate|Remove|Release|Deregister|Purge)') THEN eventID END) AS removed
FROM events
WHERE readOnly = false
  AND errorCode IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
