/*---
name: deletebucket-events
title: Buckets that were deleted
question: Who deleted which S3 bucket, from where, and when? The newest 100.
tags: [s3, destruction]
---*/
SELECT
  eventTime,
  userIdentity.userName,
  userIdentity.arn,
  sourceIPAddress,
  requestParameters.bucketName
FROM security-events
WHERE eventName = 'DeleteBucket'
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC
LIMIT 100
