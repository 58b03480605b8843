/*---
name: top-regions-by-data-events
title: Top regions generating data events
question: In which Regions are most data events made?
params: [since, until]
columns: { awsregion: string, calls: integer, services: integer }
covers: ['Data events overview: Top regions generating data events']
needs: [data]
tags: [dashboard, data]
---*/
SELECT
  awsRegion,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT eventSource) AS services
FROM events
WHERE managementEvent = false
  AND eventTime >= :since AND eventTime < :until
GROUP BY awsRegion
ORDER BY calls DESC, awsRegion
LIMIT 100
