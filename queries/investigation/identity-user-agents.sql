/*---
name: identity-user-agents
title: Tools an identity called with
question: Which user agents did this identity use, from which address, and when was each first and last seen?
params:
  - { name: identity, type: string, description: 'ARN of a user, of a role (all its sessions), or of one session' }
  - since
  - until
columns: {
  useragent: string, sourceipaddress: string, calls: integer, errors: integer, first_seen: timestamp,
  last_seen: timestamp
  }
tags: [investigation, identity]
---*/
SELECT
  userAgent,
  sourceIPAddress,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE (userIdentity.arn = :identity OR userIdentity.sessionContext.sessionIssuer.arn = :identity)
  AND eventTime >= :since AND eventTime < :until
GROUP BY userAgent, sourceIPAddress
ORDER BY first_seen, userAgent, sourceIPAddress
LIMIT 500
