/*---
name: attempted-object-reads
title: Attempts to read a kind of file
question: Who tried to read objects whose name has this ending, and with which error?
params:
  - { name: ending, type: string, default: '.sql', description: 'end of the object key' }
  - since
  - until
columns: {
  identity: string, bucket: string, object_key: string, error_code: string, sourceipaddress: string,
  attempts: integer, last_seen: timestamp
  }
covers: [list-attempted-s3-requests]
needs: [data]
tags: [sample, s3, exfiltration]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  COALESCE(errorCode, '(none)') AS error_code,
  sourceIPAddress,
  COUNT(DISTINCT eventID) AS attempts,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName = 'GetObject'
  AND substr(requestParameters.key, length(requestParameters.key) - length(:ending) + 1) = :ending
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4, 5
ORDER BY attempts DESC, identity, object_key
LIMIT 1000
