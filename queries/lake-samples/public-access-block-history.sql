/*---
name: public-access-block-history
title: Public access blocks over time
question: Who set or removed a public access block, of a bucket or of an account, and with which of its four switches on?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, bucket: string, block_public_acls: string,
  ignore_public_acls: string, block_public_policy: string, restrict_public_buckets: string, identity: string,
  errorcode: string, eventid: string
  }
covers: [s3-buckets-public-access-block-historical-changes]
tags: [sample, s3, exposure]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.bucketName, 'whole account') AS bucket,
  json_extract_scalar(requestParameters, '$.PublicAccessBlockConfiguration.BlockPublicAcls') AS block_public_acls,
  json_extract_scalar(requestParameters, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') AS ignore_public_acls,
  json_extract_scalar(requestParameters, '$.PublicAccessBlockConfiguration.BlockPublicPolicy') AS block_public_policy,
  json_extract_scalar(requestParameters, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets') AS restrict_public_buckets,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE readOnly = false
  AND eventName LIKE '%PublicAccessBlock'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
