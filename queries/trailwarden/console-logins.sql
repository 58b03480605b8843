/*---
name: console-logins
title: Console sign-ins
question: Who signed in to the console, how, from where, and with which result?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
tags: [sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  userIdentity.type AS identity_type,
  COALESCE(userIdentity.userName, userIdentity.arn) AS who,
  sourceIPAddress,
  responseElements.ConsoleLogin AS result,
  additionalEventData.MFAUsed AS mfa_used,
  userAgent,
  eventID
FROM events
WHERE eventSource = 'signin.amazonaws.com'
  AND eventName = 'ConsoleLogin'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
