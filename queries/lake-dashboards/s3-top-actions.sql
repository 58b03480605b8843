/*---
name: s3-top-actions
title: Top S3 actions
question: Which APIs that reach objects are called most often?
params: [since, until]
columns: { eventname: string, calls: integer, errors: integer, buckets: integer }
covers: ['S3 data events: Top S3 actions']
needs: [data]
tags: [dashboard, data, s3]
---*/
SELECT
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT requestParameters.bucketName) AS buckets
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventName
ORDER BY calls DESC, eventName
LIMIT 100
