/*---
name: data-events-trend
title: Overall data events trend
question: How many data events were there in each hour, read and write?
params: [since, until]
columns: { in_hour: timestamp, calls: integer, writes: integer, errors: integer }
covers: ['Data events overview: Overall data events trend']
needs: [data]
tags: [dashboard, data, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
