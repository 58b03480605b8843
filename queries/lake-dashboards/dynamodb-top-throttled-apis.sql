/*---
name: dynamodb-top-throttled-apis
title: Top throttled DynamoDB data plane APIs
question: Which data plane APIs of DynamoDB are throttled most often?
params: [since, until]
columns: { eventname: string, errorcode: string, throttled: integer }
covers: ['DynamoDB data events: Top throttled DynamoDB data plane APIs']
needs: [data]
tags: [dashboard, data, dynamodb, throttling]
---*/
SELECT
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS throttled
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventName, errorCode
ORDER BY throttled DESC, eventName
LIMIT 100
