/*---
name: account-activity-trend
title: Account activity
question: How many calls read and how many wrote in each hour?
params: [since, until]
columns: { in_hour: timestamp, reads: integer, writes: integer, errors: integer }
covers: ['Overview: Account activity']
tags: [dashboard, overview, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN readOnly = true THEN eventID END) AS reads,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
