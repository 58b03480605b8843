/*---
name: lambda-top-users
title: Top users of Lambda invocations
question: Who invokes functions most often?
params: [since, until]
columns: { identity: string, invocations: integer, functions: integer, errors: integer }
covers: ['Lambda data events: Top users of Lambda invocations']
needs: [data]
tags: [dashboard, data, lambda, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS invocations,
  COUNT(DISTINCT requestParameters.functionName) AS functions,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND eventName LIKE 'Invoke%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY invocations DESC, identity
LIMIT 100
