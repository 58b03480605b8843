/*---
name: top-errors
title: Most frequent errors
question: Which error codes does which API give most often?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [errors]
---*/
SELECT
  eventSource,
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT userIdentity.arn) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName, errorCode
ORDER BY calls DESC, eventSource, eventName, errorCode
LIMIT 100
