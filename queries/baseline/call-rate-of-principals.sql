/*---
name: call-rate-of-principals
title: Principals that called far more than usual
question: On which day did a principal make many times the calls of its average day before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
  - { name: times, type: double, default: 5, description: 'how many times the average day it takes' }
  - { name: least, type: integer, default: 100, description: 'calls of a day below which nothing is said' }
columns: {
  principal: string, day: date, calls: integer, usual_calls: double, most_before: integer, times_usual: double
  }
severity: low
finding:
  key: [principal, day]
  summary: '{principal} made {calls} calls on {day}, on an average day {usual_calls}'
tags: [baseline, rate]
---*/
WITH daily AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    DATE(eventTime) AS day,
    COUNT(DISTINCT eventID) AS calls
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :until
  GROUP BY 1, 2
),
usual AS (
  SELECT principal, SUM(calls) / CAST(:history_days AS double) AS average_calls, MAX(calls) AS most_calls
  FROM daily
  WHERE day < DATE(:since)
  GROUP BY principal
)
SELECT
  daily.principal,
  daily.day,
  daily.calls,
  round(usual.average_calls, 1) AS usual_calls,
  usual.most_calls AS most_before,
  round(daily.calls / usual.average_calls, 1) AS times_usual
FROM daily
JOIN usual ON usual.principal = daily.principal
WHERE daily.day >= DATE(:since)
  AND daily.calls >= :least
  AND daily.calls >= :times * usual.average_calls
ORDER BY times_usual DESC, principal, day
LIMIT 500
