/*---
name: repeated-failed-console-logins
title: Console sign-ins that failed again and again
question: For whom did many sign-ins to the console fail on one day, from which address?
params:
  - { name: failures, type: integer, default: 5, description: how many it takes }
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
severity: medium
finding:
  key: [recipientAccountId, who, sourceIPAddress, day]
  summary: '{failures} failures of {who} from {sourceIPAddress} on {day}'
tags: [sign-in]
---*/
SELECT
  recipientAccountId,
  COALESCE(userIdentity.userName, userIdentity.type) AS who,
  sourceIPAddress,
  DATE(eventTime) AS day,
  COUNT(DISTINCT eventID) AS failures,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS eventTime
FROM events
WHERE eventName = 'ConsoleLogin'
  AND responseElements.ConsoleLogin = 'Failure'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
HAVING COUNT(DISTINCT eventID) >= :failures
ORDER BY failures DESC, who
LIMIT 1000
