/*---
name: calls-by-region-and-service
title: Calls by Region and service
question: How many calls does each service see in each Region?
params: [since, until]
columns: { awsregion: string, eventsource: string, calls: integer }
covers: [logs-by-region]
tags: [sample, overview]
---*/
SELECT
  awsRegion,
  eventSource,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY awsRegion, eventSource
ORDER BY awsRegion, calls DESC, eventSource
LIMIT 1000
