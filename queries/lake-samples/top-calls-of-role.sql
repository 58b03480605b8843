/*---
name: top-calls-of-role
title: What a role is used for
question: Which APIs are called most often in sessions of this role?
params:
  - { name: role_arn, type: string, description: 'ARN of the role' }
  - since
  - until
columns: { eventsource: string, eventname: string, calls: integer, errors: integer }
covers: [top-actions-by-iam-role]
tags: [sample, identity]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE userIdentity.sessionContext.sessionIssuer.arn = :role_arn
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 100
