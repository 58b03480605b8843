/*---
name: user-activity-trend
title: User activity trends by user ARN
question: How many calls did each identity make in each hour?
params: [since, until]
columns: { in_hour: timestamp, identity: string, calls: integer }
covers: ['User activity: User activity trends by user ARN']
tags: [dashboard, users, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, calls DESC, identity
LIMIT 1000
