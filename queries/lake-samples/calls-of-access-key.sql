/*---
name: calls-of-access-key
title: Calls of an access key
question: Which calls were made with this key, at which service, from which address, with which error?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, sourceipaddress: string, errorcode: string,
  errormessage: string, awsregion: string, eventid: string
  }
covers: [iam-access-key-activity]
tags: [sample, key]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  sourceIPAddress,
  errorCode,
  errorMessage,
  awsRegion,
  eventID
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
