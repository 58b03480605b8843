/*---
name: dynamodb-top-apis
title: Top 10 DynamoDB data plane APIs
question: Which data plane APIs of DynamoDB are called most often?
params: [since, until]
columns: { eventname: string, calls: integer, tables: integer }
covers: ['DynamoDB data events: Top 10 DynamoDB data plane APIs']
needs: [data]
tags: [dashboard, data, dynamodb]
---*/
SELECT
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT requestParameters.tableName) AS tables
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventName
ORDER BY calls DESC, eventName
LIMIT 10
