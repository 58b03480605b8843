/*---
name: lambda-top-invoke-errors
title: Top 10 Lambda Invoke API errors
question: With which errors do invocations fail most often?
params: [since, until]
columns: { errorcode: string, errors: integer, functions: integer, example: string }
covers: ['Lambda data events: Top 10 Lambda Invoke API errors']
needs: [data]
tags: [dashboard, data, lambda, errors]
---*/
SELECT
  errorCode,
  COUNT(DISTINCT eventID) AS errors,
  COUNT(DISTINCT requestParameters.functionName) AS functions,
  arbitrary(errorMessage) AS example
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND eventName LIKE 'Invoke%'
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode
ORDER BY errors DESC, errorCode
LIMIT 10
