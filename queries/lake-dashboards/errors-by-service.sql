/*---
name: errors-by-service
title: Error count by service
question: Which services answer with errors most often?
params: [since, until]
columns: { eventsource: string, errors: integer, calls: integer, error_codes: integer }
covers: ['Error analysis: Error count by service']
tags: [dashboard, errors]
---*/
SELECT
  eventSource,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT errorCode) AS error_codes
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY eventSource
HAVING COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) > 0
ORDER BY errors DESC, eventSource
LIMIT 100
