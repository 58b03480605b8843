/*---
name: lambda-success-failure-trend
title: Lambda invocations success vs failure trend
question: How many invocations of functions succeeded and failed in each hour?
params: [since, until]
columns: { in_hour: timestamp, succeeded: integer, failed: integer }
covers: ['Lambda data events: Lambda invocations success vs failure trend']
needs: [data]
tags: [dashboard, data, lambda, trend]
notes:
  - A function that runs and then throws is an invocation that succeeded; only the call of the API is in the trail.
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS failed
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND eventName LIKE 'Invoke%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
