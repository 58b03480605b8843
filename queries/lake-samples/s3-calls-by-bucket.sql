/*---
name: s3-calls-by-bucket
title: S3 calls by bucket
question: Which APIs are called on which bucket most often?
params: [since, until]
columns: { bucket: string, eventname: string, calls: integer, errors: integer }
covers: [top-s3-actions]
needs: [management, data]
tags: [sample, s3]
---*/
SELECT
  requestParameters.bucketName AS bucket,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND requestParameters.bucketName IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY calls DESC, bucket, eventName
LIMIT 100
