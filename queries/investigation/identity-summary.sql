/*---
name: identity-summary
title: An identity at a glance
question: On which days, from how many addresses and with how many keys was this identity active, and what share of its calls failed or wrote?
params:
  - { name: identity, type: string, description: 'ARN of a user, of a role (all its sessions), or of one session' }
  - since
  - until
columns: {
  day: date, calls: integer, errors: integer, writes: integer, apis: integer, regions: integer,
  addresses: integer, access_keys: integer, first_seen: timestamp, last_seen: timestamp
  }
tags: [investigation, identity]
---*/
SELECT
  DATE(eventTime) AS day,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT eventName) AS apis,
  COUNT(DISTINCT awsRegion) AS regions,
  COUNT(DISTINCT sourceIPAddress) AS addresses,
  COUNT(DISTINCT userIdentity.accessKeyId) AS access_keys,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE (userIdentity.arn = :identity OR userIdentity.sessionContext.sessionIssuer.arn = :identity)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY day
LIMIT 400
