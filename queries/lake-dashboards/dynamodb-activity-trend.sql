/*---
name: dynamodb-activity-trend
title: DynamoDB account data activity
question: How many data events of DynamoDB were there in each hour, read and write?
params: [since, until]
columns: { in_hour: timestamp, reads: integer, writes: integer }
covers: ['DynamoDB data events: DynamoDB account data activity']
needs: [data]
tags: [dashboard, data, dynamodb, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN readOnly = true THEN eventID END) AS reads,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
