/*---
name: dynamodb-most-throttled-users
title: Most throttled users of DynamoDB data plane APIs
question: Whose calls of DynamoDB's data plane are throttled most often?
params: [since, until]
columns: { identity: string, throttled: integer, tables: integer }
covers: ['DynamoDB data events: Most throttled users of DynamoDB data plane APIs']
needs: [data]
tags: [dashboard, data, dynamodb, throttling]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS throttled,
  COUNT(DISTINCT requestParameters.tableName) AS tables
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY throttled DESC, identity
LIMIT 100
