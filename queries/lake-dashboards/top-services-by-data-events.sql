/*---
name: top-services-by-data-events
title: Top services generating data events
question: Which services make most data events?
params: [since, until]
columns: { eventsource: string, calls: integer, errors: integer, identities: integer }
covers: ['Data events overview: Top services generating data events']
needs: [data]
tags: [dashboard, data]
---*/
SELECT
  eventSource,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource
ORDER BY calls DESC, eventSource
LIMIT 100
