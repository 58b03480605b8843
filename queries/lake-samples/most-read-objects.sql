/*---
name: most-read-objects
title: Objects read most often
question: Which objects are retrieved most often?
params: [since, until]
columns: { bucket: string, object_key: string, reads: integer, identities: integer }
covers: [top-s3-objects]
needs: [data]
tags: [sample, s3]
---*/
SELECT
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  COUNT(DISTINCT eventID) AS reads,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName = 'GetObject'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY reads DESC, bucket, object_key
LIMIT 100
