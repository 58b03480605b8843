/*---
name: dynamodb-top-users
title: Top users of DynamoDB data plane APIs
question: Who calls DynamoDB's data plane most often, on how many tables?
params: [since, until]
columns: { identity: string, calls: integer, tables: integer, errors: integer }
covers: ['DynamoDB data events: Top users of DynamoDB data plane APIs']
needs: [data]
tags: [dashboard, data, dynamodb, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT requestParameters.tableName) AS tables,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, identity
LIMIT 100
