/*---
name: data-events-by-weekday
title: Data events by day of the week
question: On which days of the week are data events made, at which service? 1 is Monday.
params: [since, until]
columns: { weekday: integer, eventsource: string, calls: integer }
covers: [data-by-week-day]
needs: [data]
tags: [sample, data]
---*/
SELECT
  day_of_week(eventTime) AS weekday,
  eventSource,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY weekday, calls DESC, eventSource
LIMIT 1000
