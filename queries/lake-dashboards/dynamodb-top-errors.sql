/*---
name: dynamodb-top-errors
title: Top 10 DynamoDB data plane API errors
question: With which errors do data plane calls of DynamoDB fail most often?
params: [since, until]
columns: { errorcode: string, eventname: string, errors: integer }
covers: ['DynamoDB data events: Top 10 DynamoDB data plane API errors']
needs: [data]
tags: [dashboard, data, dynamodb, errors]
---*/
SELECT
  errorCode,
  eventName,
  COUNT(DISTINCT eventID) AS errors
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode, eventName
ORDER BY errors DESC, errorCode, eventName
LIMIT 10
