/*---
name: identity-failed-calls
title: What an identity tried in vain
question: Which calls of this identity failed, with which error, how often? Many different denied calls in a short time are somebody feeling their way.
params:
  - { name: identity, type: string, description: 'ARN of a user, of a role (all its sessions), or of one session' }
  - since
  - until
columns: {
  eventsource: string, eventname: string, errorcode: string, calls: integer, example: string,
  first_seen: timestamp, last_seen: timestamp
  }
tags: [investigation, identity, errors]
---*/
SELECT
  eventSource,
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS calls,
  arbitrary(errorMessage) AS example,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE (userIdentity.arn = :identity OR userIdentity.sessionContext.sessionIssuer.arn = :identity)
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName, errorCode
ORDER BY calls DESC, eventSource, eventName, errorCode
LIMIT 500
