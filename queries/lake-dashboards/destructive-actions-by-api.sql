/*---
name: destructive-actions-by-api
title: Destructive actions by API
question: Which calls that delete, terminate, detach or disable are made most often?
params: [since, until]
columns: {
  eventsource: string, eventname: string, calls: integer, succeeded: integer, identities: integer,
  last_seen: timestamp
  }
covers: ['Management events: Destructive actions']
tags: [dashboard, destruction]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Delete|Terminate|Remove|Detach|Disable|Deregister|Purge|Revoke|Schedule.*Deletion)')
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 100
