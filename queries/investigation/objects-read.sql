/*---
name: objects-read
title: Objects that were read
question: Which S3 objects did this identity or key read or list, how often, and how many bytes left?
params:
  - { name: actor, type: string, description: 'an access key, or the ARN of a user, a role or a session' }
  - since
  - until
columns: {
  bucket: string, object_key: string, reads: integer, errors: integer, bytes_out: double, first_seen: timestamp,
  last_seen: timestamp
  }
needs: [data]
tags: [investigation, s3, exfiltration]
---*/
SELECT
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  COUNT(DISTINCT eventID) AS reads,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  SUM(TRY_CAST(additionalEventData.bytesTransferredOut AS double)) AS bytes_out,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN ('GetObject', 'HeadObject', 'GetObjectTorrent', 'SelectObjectContent', 'CopyObject', 'ListObjects', 'ListObjectsV2')
  AND (
    userIdentity.accessKeyId = :actor
    OR userIdentity.arn = :actor
    OR userIdentity.sessionContext.sessionIssuer.arn = :actor
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY reads DESC, bucket, object_key
LIMIT 1000
