/*---
name: access-denied-trend-across-organization
title: Access denied errors trend across the organization
question: How many calls were denied in each hour, in each account?
params: [since, until]
columns: { in_hour: timestamp, recipientaccountid: string, denied: integer }
covers: ['Organizations activity: Access denied errors trend across the organization']
tags: [dashboard, organizations, errors, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  recipientAccountId,
  COUNT(DISTINCT eventID) AS denied
FROM events
WHERE (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, denied DESC, recipientAccountId
LIMIT 1000
