/*---
name: new-user-agent-for-principal
title: A principal with a tool that is new to it
question: Which principals called with a program they had not used in the days before? The program is the user agent up to its version.
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, program: string, useragent: string, calls: integer,
  addresses: string, eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal, program]
  summary: '{principal} called with {program} for the first time'
tags: [baseline, first-seen]
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    regexp_extract(userAgent, '^[^/ ]+') AS program
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    regexp_extract(userAgent, '^[^/ ]+') AS program,
    arbitrary(userAgent) AS userAgent,
    COUNT(DISTINCT eventID) AS calls,
    array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
)
SELECT recent.recipientAccountId, recent.principal, recent.program, recent.userAgent, recent.calls, recent.addresses, recent.eventTime
FROM recent
WHERE recent.program IS NOT NULL
  AND recent.principal IN (SELECT principal FROM history)
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.program = recent.program
  )
ORDER BY eventTime, principal, program
LIMIT 1000
