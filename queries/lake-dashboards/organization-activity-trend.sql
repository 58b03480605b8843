/*---
name: organization-activity-trend
title: Activity trend in the organization
question: How many calls did each account of the organization see in each hour?
params: [since, until]
columns: { in_hour: timestamp, recipientaccountid: string, calls: integer }
covers: ['Organizations activity: Activity trend in the organization']
tags: [dashboard, organizations, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  recipientAccountId,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, calls DESC, recipientAccountId
LIMIT 1000
