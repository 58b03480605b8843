/*---
name: activity-at-unusual-hours
title: People at hours that are not theirs
question: Which users and federated people were active in an hour of the day (UTC) in which they had not been in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: { principal: string, day: date, hour_of_day: integer, calls: integer, addresses: string, eventtime: timestamp }
severity: informational
finding:
  key: [principal, day, hour_of_day]
  summary: '{principal} was active at {hour_of_day} o''clock UTC on {day}, {calls} calls'
tags: [baseline, hours]
---*/
WITH history AS (
  SELECT DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal, hour(eventTime) AS hour_of_day
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    DATE(eventTime) AS day,
    hour(eventTime) AS hour_of_day,
    COUNT(DISTINCT eventID) AS calls,
    array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE (
      userIdentity.type IN ('IAMUser', 'Root', 'SAMLUser', 'WebIdentityUser')
      OR (userIdentity.type = 'AssumedRole' AND userIdentity.arn LIKE '%/AWSReservedSSO%')
      OR sessionCredentialFromConsole = 'true'
    )
    AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
)
SELECT recent.principal, recent.day, recent.hour_of_day, recent.calls, recent.addresses, recent.eventTime
FROM recent
WHERE recent.principal IN (SELECT principal FROM history)
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.hour_of_day = recent.hour_of_day
  )
ORDER BY eventTime, principal
LIMIT 1000
