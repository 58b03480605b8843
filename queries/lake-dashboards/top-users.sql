/*---
name: top-users
title: Top users
question: Who makes most calls? Services that act for themselves are told apart by their type.
params: [since, until]
columns: { identity: string, identity_type: string, calls: integer, errors: integer, last_seen: timestamp }
covers: ['Overview: Top users']
tags: [dashboard, overview, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userIdentity.type AS identity_type,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY calls DESC, identity
LIMIT 100
