/*---
name: successful-calls-of-access-key
title: What an access key was able to do
question: Which APIs did this key call with success, how often?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: { eventsource: string, eventname: string, calls: integer, first_seen: timestamp, last_seen: timestamp }
covers: [iam-access-key-success-activity]
tags: [sample, key]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 500
