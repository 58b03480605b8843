/*---
name: object-write-encryption
title: How written objects are encrypted
question: Which encryption was asked for, and which was used, for objects that were written?
params: [since, until]
columns: {
  eventtime: timestamp, bucket: string, object_key: string, asked_for: string, used: string, kms_key: string,
  identity: string, eventid: string
  }
covers: [list-all-S3-PutObjects-Encryption-status]
needs: [data]
tags: [sample, s3, encryption]
---*/
SELECT
  eventTime,
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  element_at(requestParameters, 'x-amz-server-side-encryption') AS asked_for,
  element_at(responseElements, 'x-amz-server-side-encryption') AS used,
  element_at(responseElements, 'x-amz-server-side-encryption-aws-kms-key-id') AS kms_key,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventID
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN ('PutObject', 'CopyObject', 'CreateMultipartUpload')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
