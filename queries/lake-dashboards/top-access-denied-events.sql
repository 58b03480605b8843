/*---
name: top-access-denied-events
title: Top access denied events
question: Which APIs are denied most often, with which error, to how many identities?
params: [since, until]
columns: {
  eventsource: string, eventname: string, errorcode: string, calls: integer, identities: integer,
  last_seen: timestamp
  }
covers: ['Security monitoring: Top access denied events', 'Management events: Top access denied events', 'Error analysis: Top AccessDenied errors by API']
tags: [dashboard, errors]
---*/
SELECT
  eventSource,
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT userIdentity.arn) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName, errorCode
ORDER BY calls DESC, eventSource, eventName, errorCode
LIMIT 100
