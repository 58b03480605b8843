/*---
name: new-principal
title: A principal that is new to the account
question: Which users, roles and outside identities were active that had not been in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, identity_type: string, calls: integer, apis: integer,
  errors: integer, eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal]
  summary: '{principal} was active for the first time: {calls} calls of {apis} APIs'
tags: [baseline, first-seen]
---*/
WITH history AS (
  SELECT DISTINCT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    arbitrary(userIdentity.type) AS identity_type,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT eventName) AS apis,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2
)
SELECT recent.recipientAccountId, recent.principal, recent.identity_type, recent.calls, recent.apis, recent.errors, recent.eventTime
FROM recent
WHERE NOT EXISTS (
    SELECT 1 FROM history
    WHERE history.principal = recent.principal AND history.recipientAccountId = recent.recipientAccountId
  )
ORDER BY eventTime, principal
LIMIT 1000
