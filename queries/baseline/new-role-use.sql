/*---
name: new-role-use
title: A role taken by somebody new
question: Which principals took a role they had not taken in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: {
  principal: string, role_arn: string, calls: integer, errors: integer, addresses: string, eventtime: timestamp
  }
severity: low
finding:
  key: [role_arn, principal]
  summary: '{principal} took {role_arn} for the first time'
tags: [baseline, first-seen, sts]
---*/
WITH history AS (
  SELECT DISTINCT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    requestParameters.roleArn AS role_arn
  FROM events
  WHERE eventName LIKE 'AssumeRole%' AND eventSource = 'sts.amazonaws.com'
    AND eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    requestParameters.roleArn AS role_arn,
    COUNT(DISTINCT eventID) AS calls,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses,
    MIN(eventTime) AS eventTime
  FROM events
  WHERE eventName LIKE 'AssumeRole%' AND eventSource = 'sts.amazonaws.com'
    AND userIdentity.type <> 'AWSService'
    AND eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2
)
SELECT recent.principal, recent.role_arn, recent.calls, recent.errors, recent.addresses, recent.eventTime
FROM recent
WHERE recent.role_arn IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM history WHERE history.principal = recent.principal AND history.role_arn = recent.role_arn
  )
ORDER BY eventTime, principal, role_arn
LIMIT 1000
