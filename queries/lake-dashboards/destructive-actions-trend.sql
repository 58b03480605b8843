/*---
name: destructive-actions-trend
title: Destructive actions
question: How many calls that delete, terminate, detach or disable were made in each hour, and how many of them succeeded?
params: [since, until]
columns: { in_hour: timestamp, calls: integer, succeeded: integer, failed: integer }
covers: ['Security monitoring: Destructive actions']
tags: [dashboard, destruction, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS failed
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Delete|Terminate|Remove|Detach|Disable|Deregister|Purge|Revoke|Schedule.*Deletion)')
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
