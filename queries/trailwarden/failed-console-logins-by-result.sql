/*---
name: failed-console-logins-by-result
title: Failed console sign-ins
question: Which sign-ins to the console failed, for whom, from where, and was a second factor used?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  COALESCE(userIdentity.userName, userIdentity.type) AS who,
  sourceIPAddress,
  errorMessage,
  additionalEventData.MFAUsed AS mfa_used,
  eventID
FROM events
WHERE eventName = 'ConsoleLogin'
  AND responseElements.ConsoleLogin = 'Failure'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
