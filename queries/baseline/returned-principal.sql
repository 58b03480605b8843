/*---
name: returned-principal
title: A principal that comes back after a rest
question: Which principals were active after not having been for many days, though they were before that?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 90, description: 'days before since that count as history' }
  - { name: rest_days, type: integer, default: 30, description: 'days without a call that count as a rest' }
columns: {
  principal: string, day: date, days_away: integer, last_seen: timestamp, calls: integer, errors: integer,
  eventtime: timestamp
  }
severity: low
finding:
  key: [principal, day]
  summary: '{principal} came back after {days_away} days'
tags: [baseline, dormant]
---*/
WITH history AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    MAX(eventTime) AS last_seen
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
  GROUP BY 1
),
recent AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1
)
SELECT
  recent.principal,
  DATE(recent.eventTime) AS day,
  date_diff('day', history.last_seen, recent.eventTime) AS days_away,
  history.last_seen,
  recent.calls,
  recent.errors,
  recent.eventTime
FROM recent
JOIN history ON history.principal = recent.principal
WHERE date_diff('day', history.last_seen, recent.eventTime) >= :rest_days
ORDER BY days_away DESC, principal
LIMIT 1000
