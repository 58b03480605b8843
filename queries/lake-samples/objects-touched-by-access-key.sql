/*---
name: objects-touched-by-access-key
title: Objects an access key touched
question: Which objects in which buckets did this key copy, delete, read, look at or write?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, bucket: string, object_key: string, sourceipaddress: string,
  errorcode: string, eventid: string
  }
covers: [s3-actions-by-iam-access-key]
needs: [data]
tags: [sample, key, s3]
---*/
SELECT
  eventTime,
  eventName,
  requestParameters.bucketName AS bucket,
  requestParameters.key AS object_key,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventSource = 's3.amazonaws.com'
  AND eventName IN ('CopyObject', 'DeleteObject', 'DeleteObjects', 'GetObject', 'HeadObject', 'PutObject')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
