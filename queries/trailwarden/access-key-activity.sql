/*---
name: access-key-activity
title: What an access key did
question: Which calls were made with this access key, from where, and which failed?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [investigation, identity]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  sourceIPAddress,
  userAgent,
  errorCode,
  userIdentity.arn,
  eventID
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
