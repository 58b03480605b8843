/*---
name: s3-most-accessed-objects
title: Most accessed objects
question: Which objects are read or written most often?
params: [since, until]
columns: { bucket: string, object_key: string, calls: integer, identities: integer, last_seen: timestamp }
covers: ['S3 data events: Most accessed objects']
needs: [data]
tags: [dashboard, data, s3]
---*/
SELECT
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND managementEvent = false
  AND requestParameters.key IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY calls DESC, bucket, object_key
LIMIT 100
