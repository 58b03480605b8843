/*---
name: lambda-most-throttled-users
title: Most throttled users of Lambda invocations
question: Whose invocations are throttled most often?
params: [since, until]
columns: { identity: string, throttled: integer, functions: integer }
covers: ['Lambda data events: Most throttled users of Lambda invocations']
needs: [data]
tags: [dashboard, data, lambda, throttling]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS throttled,
  COUNT(DISTINCT requestParameters.functionName) AS functions
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND eventName LIKE 'Invoke%'
  AND errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY throttled DESC, identity
LIMIT 100
