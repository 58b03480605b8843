/*---
name: lambda-top-functions
title: Top invoked Lambda functions
question: Which functions are invoked most often, by how many identities?
params: [since, until]
columns: { function: string, recipientaccountid: string, invocations: integer, identities: integer, errors: integer }
covers: ['Lambda data events: Top invoked Lambda functions']
needs: [data]
tags: [dashboard, data, lambda]
---*/
SELECT
  COALESCE(element_at(resources, 1).arn, requestParameters.functionName) AS function,
  recipientAccountId,
  COUNT(DISTINCT eventID) AS invocations,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 'lambda.amazonaws.com'
  AND eventName LIKE 'Invoke%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY invocations DESC, function
LIMIT 100
