/*---
name: data-touched
title: Data an actor touched
question: Which buckets, tables, functions, secrets and other resources did this actor reach through data events, by API?
params:
  - { name: actor, type: string, description: 'an access key, or the ARN of a user, a role or a session' }
  - since
  - until
columns: {
  eventsource: string, eventname: string, resource_arn: string, resource_type: string, calls: integer,
  errors: integer, last_seen: timestamp
  }
needs: [data]
tags: [investigation, data, exfiltration]
---*/
SELECT
  eventSource,
  eventName,
  resource.arn AS resource_arn,
  resource.type AS resource_type,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MAX(eventTime) AS last_seen
FROM events
CROSS JOIN UNNEST(resources) AS resource (accountid, type, arn, arnprefix)
WHERE managementEvent = false
  AND (
    userIdentity.accessKeyId = :actor
    OR userIdentity.arn = :actor
    OR userIdentity.sessionContext.sessionIssuer.arn = :actor
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, eventSource, eventName, resource_arn
LIMIT 1000
