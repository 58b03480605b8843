/*---
name: recent-bucket-access-changes
title: Most recent S3 bucket access changes
question: Who changed who can reach a bucket, last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, bucket: string, identity: string,
  sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['Resource changes: Most recent S3 bucket access changes']
tags: [dashboard, s3, exposure, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.bucketName, requestParameters.name, 'whole account') AS bucket,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource IN ('s3.amazonaws.com', 's3control.amazonaws.com')
  AND readOnly = false
  AND regexp_like(
    eventName,
    '^(Put|Delete)(Bucket(Policy|Acl|PublicAccessBlock|OwnershipControls|Website|Cors)|(Account)?PublicAccessBlock|AccessPoint(Policy)?)$'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
