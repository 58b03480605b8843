/*---
name: root-console-sign-in-trend
title: Root user ConsoleLogin attempts
question: When did somebody sign in as root, and did it succeed?
params: [since, until]
columns: { in_hour: timestamp, recipientaccountid: string, result: string, attempts: integer }
covers: ['Security monitoring: Root user ConsoleLogin attempts']
tags: [dashboard, sign-in, root, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  recipientAccountId,
  responseElements.ConsoleLogin AS result,
  COUNT(DISTINCT eventID) AS attempts
FROM events
WHERE eventName = 'ConsoleLogin'
  AND userIdentity.type = 'Root'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY in_hour, recipientAccountId, result
LIMIT 1000
