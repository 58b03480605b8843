/*---
name: activity-by-actor
title: Calls by identity
question: Which identities were active, with how many APIs, addresses and errors?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [overview]
---*/
SELECT
  recipientAccountId,
  userIdentity.type AS identity_type,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT eventName) AS apis,
  COUNT(DISTINCT sourceIPAddress) AS addresses,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY calls DESC, identity
LIMIT 100
