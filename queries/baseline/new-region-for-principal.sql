/*---
name: new-region-for-principal
title: A principal in a Region that is new to it
question: Which principals called a Region in which they had not been in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, awsregion: string, calls: integer, apis: integer,
  eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal, awsregion]
  summary: '{principal} was in {awsregion} for the first time'
tags: [baseline, first-seen]
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    awsRegion
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    awsRegion,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT eventName) AS apis,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
)
SELECT recent.recipientAccountId, recent.principal, recent.awsRegion, recent.calls, recent.apis, recent.eventTime
FROM recent
WHERE recent.principal IN (SELECT principal FROM history)
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.awsRegion = recent.awsRegion
  )
ORDER BY eventTime, principal, awsRegion
LIMIT 1000
