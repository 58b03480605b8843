/*---
name: call-rate-of-apis
title: APIs that were called far more than usual
question: On which day was an API of an account called many times as often as on its average day before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
  - { name: times, type: double, default: 5, description: 'how many times the average day it takes' }
  - { name: least, type: integer, default: 100, description: 'calls of a day below which nothing is said' }
columns: {
  recipientaccountid: string, eventsource: string, eventname: string, day: date, calls: integer,
  identities: integer, usual_calls: double, times_usual: double
  }
severity: low
finding:
  key: [recipientaccountid, eventsource, eventname, day]
  summary: '{calls} calls of {eventname} ({eventsource}) on {day}, on an average day {usual_calls}'
tags: [baseline, rate]
---*/
WITH daily AS (
  SELECT
    recipientAccountId,
    eventSource,
    eventName,
    DATE(eventTime) AS day,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT userIdentity.arn) AS identities
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :until
  GROUP BY 1, 2, 3, 4
),
usual AS (
  SELECT recipientAccountId, eventSource, eventName, SUM(calls) / CAST(:history_days AS double) AS average_calls
  FROM daily
  WHERE day < DATE(:since)
  GROUP BY recipientAccountId, eventSource, eventName
)
SELECT
  daily.recipientAccountId,
  daily.eventSource,
  daily.eventName,
  daily.day,
  daily.calls,
  daily.identities,
  round(usual.average_calls, 1) AS usual_calls,
  round(daily.calls / usual.average_calls, 1) AS times_usual
FROM daily
JOIN usual
  ON usual.recipientAccountId = daily.recipientAccountId
  AND usual.eventSource = daily.eventSource
  AND usual.eventName = daily.eventName
WHERE daily.day >= DATE(:since)
  AND daily.calls >= :least
  AND daily.calls >= :times * usual.average_calls
ORDER BY times_usual DESC, eventSource, eventName, day
LIMIT 500
