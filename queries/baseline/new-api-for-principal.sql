/*---
name: new-api-for-principal
title: Write calls a principal never made before
question: Which principals made a changing call they had not made in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, eventsource: string, eventname: string, calls: integer,
  errors: integer, eventtime: timestamp
  }
severity: informational
finding:
  key: [recipientaccountid, principal, eventsource, eventname]
  summary: '{principal} called {eventname} of {eventsource} for the first time'
tags: [baseline, first-seen]
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    eventSource,
    eventName
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    eventSource,
    eventName,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE readOnly = false
    AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3, 4
)
SELECT recent.recipientAccountId, recent.principal, recent.eventSource, recent.eventName, recent.calls, recent.errors, recent.eventTime
FROM recent
WHERE recent.principal IN (SELECT principal FROM history)
  AND NOT EXISTS (
    SELECT 1 FROM history
    WHERE history.principal = recent.principal
      AND history.eventSource = recent.eventSource
      AND history.eventName = recent.eventName
  )
ORDER BY eventTime, principal, eventSource, eventName
LIMIT 1000
