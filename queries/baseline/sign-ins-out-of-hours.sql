/*---
name: sign-ins-out-of-hours
title: Console sign-ins at night and at the weekend
question: Who signed in to the console outside working hours (UTC), from where?
params:
  - { name: begin_hour, type: integer, default: 6, description: 'first working hour, 0 to 23, UTC' }
  - { name: end_hour, type: integer, default: 20, description: 'first hour after work, UTC' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, who: string, day_of_week: integer, hour_of_day: integer,
  sourceipaddress: string, mfa_used: string, eventname: string, eventsource: string, eventid: string
  }
severity: low
finding:
  summary: '{who} signed in from {sourceipaddress} at {eventtime} UTC'
tags: [baseline, hours, sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  COALESCE(userIdentity.userName, userIdentity.arn) AS who,
  day_of_week(eventTime) AS day_of_week,
  hour(eventTime) AS hour_of_day,
  sourceIPAddress,
  additionalEventData.MFAUsed AS mfa_used,
  eventName,
  eventSource,
  eventID
FROM events
WHERE eventName = 'ConsoleLogin'
  AND responseElements.ConsoleLogin = 'Success'
  AND (day_of_week(eventTime) IN (6, 7) OR hour(eventTime) < :begin_hour OR hour(eventTime) >= :end_hour)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
