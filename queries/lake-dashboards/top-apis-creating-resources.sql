/*---
name: top-apis-creating-resources
title: Top APIs used for resource creation
question: Which APIs create most resources?
params: [since, until]
columns: { eventsource: string, eventname: string, calls: integer, identities: integer }
covers: ['Resource changes: Top APIs used for resource creation']
tags: [dashboard, resources]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Create|Run|Allocate|Register|Launch|Import|Restore|Publish)')
  AND errorCode IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 100
