/*---
name: access-key-origin
title: Where an access key comes from
question: Which call handed out this key (CreateAccessKey, AssumeRole and its like, GetSessionToken, GetFederationToken), to whom, from where?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, identity_type: string, issued_by: string, issued_with_key: string,
  issued_for: string, sourceipaddress: string, useragent: string, eventid: string
  }
tags: [investigation, key, sts]
---*/
SELECT
  eventTime,
  eventName,
  userIdentity.type AS identity_type,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS issued_by,
  userIdentity.accessKeyId AS issued_with_key,
  COALESCE(
    json_extract_scalar(responseElements, '$.assumedRoleUser.arn'),
    json_extract_scalar(responseElements, '$.federatedUser.arn'),
    json_extract_scalar(responseElements, '$.accessKey.userName')
  ) AS issued_for,
  sourceIPAddress,
  userAgent,
  eventID
FROM events
WHERE eventSource IN ('iam.amazonaws.com', 'sts.amazonaws.com')
  AND (
    json_extract_scalar(responseElements, '$.credentials.accessKeyId') = :access_key_id
    OR json_extract_scalar(responseElements, '$.accessKey.accessKeyId') = :access_key_id
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 100
