/*---
name: dynamodb-scans
title: Scans of DynamoDB tables
question: Who reads whole tables of DynamoDB, how often?
params: [since, until]
columns: { table_name: string, identity: string, scans: integer, errors: integer, last_seen: timestamp }
covers: [dynamodb-scan-operations]
needs: [data]
tags: [sample, dynamodb, exfiltration]
---*/
SELECT
  requestParameters.tableName AS table_name,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS scans,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 'dynamodb.amazonaws.com'
  AND eventName = 'Scan'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY scans DESC, table_name, identity
LIMIT 1000
