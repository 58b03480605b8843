/*---
name: most-active-regions
title: Most active regions
question: In which Regions is most done, and how much of it changes something?
params: [since, until]
columns: { awsregion: string, calls: integer, writes: integer, services: integer }
covers: ['Overview: Most active regions']
tags: [dashboard, overview]
---*/
SELECT
  awsRegion,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT eventSource) AS services
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY awsRegion
ORDER BY calls DESC, awsRegion
LIMIT 100
