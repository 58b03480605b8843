/*---
name: dynamodb-top-throttled-tables
title: Top throttled DynamoDB tables
question: Which tables are throttled most often?
params: [since, until]
columns: { table_name: string, awsregion: string, throttled: integer, identities: integer }
covers: ['DynamoDB data events: Top throttled DynamoDB tables']
needs: [data]
tags: [dashboard, data, dynamodb, throttling]
---*/
SELECT
  COALESCE(requestParameters.tableName, element_at(resources, 1).arn) AS table_name,
  awsRegion,
  COUNT(DISTINCT eventID) AS throttled,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY throttled DESC, table_name
LIMIT 100
