/*---
name: access-key-summary
title: An access key at a glance
question: Which APIs was this key used for, from which addresses, and how often did they fail?
params:
  - { name: access_key_id, type: string, description: 'the key, AKIA... or ASIA...' }
  - since
  - until
columns: {
  eventsource: string, eventname: string, calls: integer, errors: integer, addresses: integer,
  address_list: string, first_seen: timestamp, last_seen: timestamp
  }
tags: [investigation, key]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT sourceIPAddress) AS addresses,
  array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS address_list,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 500
