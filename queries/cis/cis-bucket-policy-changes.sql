/*---
name: cis-bucket-policy-changes
title: S3 bucket policy changes
question: Who changed policy, ACL, CORS, lifecycle or replication of which bucket?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, bucket: string, arn: string,
  sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: medium
finding:
  summary: '{eventname} of {bucket} by {arn}'
controls: [CIS v1.2 3.8, CIS v1.4 4.8, CIS v3.0 4.8, CIS v5.0 4.8, CIS v6.0 5.8, CloudWatch.8]
tags: [cis, s3]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  requestParameters.bucketName AS bucket,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN (
    'PutBucketAcl', 'PutBucketPolicy', 'PutBucketCors', 'PutBucketLifecycle', 'PutBucketReplication',
    'DeleteBucketPolicy', 'DeleteBucketCors', 'DeleteBucketLifecycle', 'DeleteBucketReplication'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
