/*---
name: s3-top-users
title: S3 top users
question: Who reads and writes objects most often, in how many buckets?
params: [since, until]
columns: { identity: string, calls: integer, buckets: integer, writes: integer, errors: integer }
covers: ['S3 data events: S3 top users']
needs: [data]
tags: [dashboard, data, s3, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT requestParameters.bucketName) AS buckets,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, identity
LIMIT 100
