/*---
name: errors-by-api
title: Error count by API
question: Which APIs fail most often?
params: [since, until]
columns: { eventsource: string, eventname: string, errors: integer, calls: integer }
covers: ['Error analysis: Error count by API']
tags: [dashboard, errors]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
HAVING COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) > 0
ORDER BY errors DESC, eventSource, eventName
LIMIT 100
