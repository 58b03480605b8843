/*---
name: bucket-exposure-changes
title: Changes of who can reach a bucket
question: Who changed policy, ACL or public access block of a bucket, and did it succeed?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
severity: medium
finding:
  summary: '{eventName} of {bucket} by {arn} from {sourceIPAddress}'
tags: [s3, exposure]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.bucketName, 'whole account') AS bucket,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource IN ('s3.amazonaws.com', 's3control.amazonaws.com')
  AND eventName IN (
    'PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock',
    'PutPublicAccessBlock', 'DeletePublicAccessBlock', 'PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock',
    'PutBucketOwnershipControls', 'DeleteBucketOwnershipControls', 'PutBucketWebsite', 'PutBucketCors'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
