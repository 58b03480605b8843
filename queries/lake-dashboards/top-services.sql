/*---
name: top-services
title: Most used services
question: Which services are called most often, from how many accounts?
params: [since, until]
columns: { eventsource: string, calls: integer, accounts: integer, errors: integer }
covers: ['Organizations activity: Most used services across organization', 'Overview: Top services']
tags: [dashboard, organizations, overview]
---*/
SELECT
  eventSource,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT recipientAccountId) AS accounts,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY eventSource
ORDER BY calls DESC, eventSource
LIMIT 100
