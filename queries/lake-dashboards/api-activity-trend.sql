/*---
name: api-activity-trend
title: User activity trends by API
question: How often did identities call each API in each hour?
params: [since, until]
columns: { in_hour: timestamp, eventsource: string, eventname: string, calls: integer, identities: integer }
covers: ['User activity: User activity trends by API']
tags: [dashboard, users, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY in_hour, calls DESC, eventSource, eventName
LIMIT 1000
