/*---
name: source-ip-activity
title: What came from an address
question: Which identities called which APIs from this address?
params:
  - { name: ip, type: string, description: 'the address as the events show it' }
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [investigation, network]
---*/
SELECT
  recipientAccountId,
  COALESCE(userIdentity.arn, userIdentity.principalId) AS identity,
  userIdentity.accessKeyId,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE sourceIPAddress = :ip
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4, 5
ORDER BY last_seen DESC, calls DESC, eventName
LIMIT 1000
