/*---
name: failed-console-sign-ins-by-address
title: Failed ConsoleLogin attempts by IP address
question: From which addresses did sign-ins to the console fail most often, and for how many users?
params: [since, until]
columns: { sourceipaddress: string, failures: integer, users: integer, last_seen: timestamp }
covers: ['Security monitoring: Failed ConsoleLogin attempts by IP address']
tags: [dashboard, sign-in]
---*/
SELECT
  sourceIPAddress,
  COUNT(DISTINCT eventID) AS failures,
  COUNT(DISTINCT COALESCE(userIdentity.userName, userIdentity.type)) AS users,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventName = 'ConsoleLogin'
  AND responseElements.ConsoleLogin = 'Failure'
  AND eventTime >= :since AND eventTime < :until
GROUP BY sourceIPAddress
ORDER BY failures DESC, sourceIPAddress
LIMIT 100
