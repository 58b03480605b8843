/*---
name: lambda-activity-trend
title: Lambda data plane API activity
question: How many data events of Lambda were there in each hour, by API?
params: [since, until]
columns: { in_hour: timestamp, eventname: string, calls: integer }
covers: ['Lambda data events: Lambda data plane API activity']
needs: [data]
tags: [dashboard, data, lambda, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  eventName,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, eventName
LIMIT 1000
