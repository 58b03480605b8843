/*---
name: new-address-for-principal
title: A principal from an address that is new to it
question: Which principals called from an address they had not called from in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  recipientaccountid: string, principal: string, sourceipaddress: string, calls: integer, errors: integer,
  access_keys: integer, eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal, sourceipaddress]
  summary: '{principal} called from {sourceipaddress} for the first time'
tags: [baseline, first-seen]
notes:
  - Principals that change their address every day, such as a fleet of instances or a phone, show up every day.
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    sourceIPAddress
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    sourceIPAddress,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    COUNT(DISTINCT userIdentity.accessKeyId) AS access_keys,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
)
SELECT recent.recipientAccountId, recent.principal, recent.sourceIPAddress, recent.calls, recent.errors, recent.access_keys, recent.eventTime
FROM recent
WHERE recent.principal IN (SELECT principal FROM history)
  AND recent.sourceIPAddress NOT LIKE '%.amazonaws.com'
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.sourceIPAddress = recent.sourceIPAddress
  )
ORDER BY eventTime, principal, sourceIPAddress
LIMIT 1000
