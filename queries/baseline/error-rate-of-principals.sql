/*---
name: error-rate-of-principals
title: Principals whose calls fail far more than usual
question: For which principals did the share of failed calls rise sharply against the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
  - { name: points, type: double, default: 25, description: 'by how many percent points the share of errors must rise' }
  - { name: least, type: integer, default: 20, description: 'errors of a day below which nothing is said' }
columns: { principal: string, day: date, calls: integer, errors: integer, error_percent: double, usual_percent: double }
severity: medium
finding:
  key: [principal, day]
  summary: '{errors} of {calls} calls of {principal} failed on {day}, {error_percent} percent; before it was {usual_percent}'
tags: [baseline, errors]
---*/
WITH daily AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    DATE(eventTime) AS day,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :until
  GROUP BY 1, 2
),
usual AS (
  SELECT principal, 100e0 * SUM(errors) / SUM(calls) AS percent
  FROM daily
  WHERE day < DATE(:since)
  GROUP BY principal
)
SELECT
  daily.principal,
  daily.day,
  daily.calls,
  daily.errors,
  round(100e0 * daily.errors / daily.calls, 1) AS error_percent,
  round(COALESCE(usual.percent, 0e0), 1) AS usual_percent
FROM daily
LEFT JOIN usual ON usual.principal = daily.principal
WHERE daily.day >= DATE(:since)
  AND daily.errors >= :least
  AND 100e0 * daily.errors / daily.calls >= COALESCE(usual.percent, 0e0) + :points
ORDER BY errors DESC, principal, day
LIMIT 500
