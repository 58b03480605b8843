/*---
name: failed-console-sign-in-trend
title: Failed ConsoleLogin attempts
question: How many sign-ins to the console failed in each hour, with and without a second factor?
params: [since, until]
columns: { in_hour: timestamp, mfa_used: string, failures: integer }
covers: ['Security monitoring: Failed ConsoleLogin attempts']
tags: [dashboard, sign-in, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COALESCE(additionalEventData.MFAUsed, 'unknown') AS mfa_used,
  COUNT(DISTINCT eventID) AS failures
FROM events
WHERE eventName = 'ConsoleLogin'
  AND responseElements.ConsoleLogin = 'Failure'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, mfa_used
LIMIT 1000
