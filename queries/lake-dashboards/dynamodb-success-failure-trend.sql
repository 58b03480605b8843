/*---
name: dynamodb-success-failure-trend
title: DynamoDB data plane APIs success vs failure trend
question: How many data events of DynamoDB succeeded and failed in each hour?
params: [since, until]
columns: { in_hour: timestamp, succeeded: integer, failed: integer }
covers: ['DynamoDB data events: DynamoDB data plane APIs success vs failure trend']
needs: [data]
tags: [dashboard, data, dynamodb, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS failed
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
