/*---
name: failed-console-logins
title: Failed console sign-ins, by errorCode
question: Which sign-ins to the console carry an error code?
tags: [sign-in]
notes:
  - >-
    A failed ConsoleLogin carries errorMessage and responseElements.ConsoleLogin = 'Failure' but no errorCode, so this query
    finds nothing by itself; run failed-console-logins-by-result instead.
---*/
SELECT
  eventTime,
  userIdentity.userName,
  sourceIPAddress,
  errorCode,
  errorMessage
FROM security-events
WHERE eventName = 'ConsoleLogin'
  AND errorCode IS NOT NULL
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC
