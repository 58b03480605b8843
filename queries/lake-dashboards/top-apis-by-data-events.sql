/*---
name: top-apis-by-data-events
title: Top APIs generating data events
question: Which APIs make most data events?
params: [since, until]
columns: { eventsource: string, eventname: string, calls: integer, errors: integer }
covers: ['Data events overview: Top APIs generating data events']
needs: [data]
tags: [dashboard, data]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 100
