/*---
name: s3-errors
title: Errors of S3
question: Which calls of S3 failed, on which bucket and object?
params: [since, until]
columns: {
  eventtime: timestamp, eventname: string, bucket: string, object_key: string, identity: string,
  errorcode: string, errormessage: string, eventid: string
  }
covers: [list-all-errors-for-s3-events]
needs: [management, data]
tags: [sample, errors, s3]
---*/
SELECT
  eventTime,
  eventName,
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  errorMessage,
  eventID
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
