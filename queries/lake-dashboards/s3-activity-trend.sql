/*---
name: s3-activity-trend
title: S3 account activity
question: How many data events of S3 were there in each hour, by API?
params: [since, until]
columns: { in_hour: timestamp, eventname: string, calls: integer, errors: integer }
covers: ['S3 data events: S3 account activity']
needs: [data]
tags: [dashboard, data, s3, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, eventName
LIMIT 1000
