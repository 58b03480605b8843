/*---
name: new-service-for-principal
title: A principal at a service that is new to it
question: Which principals called a service they had not called in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, eventsource: string, calls: integer, errors: integer,
  api_list: string, eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal, eventsource]
  summary: '{principal} called {eventsource} for the first time'
tags: [baseline, first-seen]
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    eventSource
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    eventSource,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS api_list,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
)
SELECT recent.recipientAccountId, recent.principal, recent.eventSource, recent.calls, recent.errors, recent.api_list, recent.eventTime
FROM recent
WHERE recent.principal IN (SELECT principal FROM history)
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.eventSource = recent.eventSource
  )
ORDER BY eventTime, principal, eventSource
LIMIT 1000
