/*---
name: new-account
title: An account that was not there before
question: Which accounts began to deliver events, or to call into ours, that had not in the days before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
columns: { account_id: string, role: string, calls: integer, eventtime: timestamp }
severity: medium
finding:
  key: [account_id, role]
  summary: 'account {account_id} appeared as {role}'
tags: [baseline, first-seen, organizations]
---*/
WITH history AS (
  SELECT recipientAccountId, userIdentity.accountId AS caller_account
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :since
),
recent AS (
  SELECT recipientAccountId, userIdentity.accountId AS caller_account, eventTime, eventID
  FROM events
  WHERE eventTime >= :since AND eventTime < :until
),
recipients AS (
  SELECT recipientAccountId AS account_id, 'recipient' AS role, COUNT(DISTINCT eventID) AS calls, MIN(eventTime) AS eventTime
  FROM recent
  WHERE recipientAccountId NOT IN (SELECT recipientAccountId FROM history WHERE recipientAccountId IS NOT NULL)
  GROUP BY 1
),
callers AS (
  SELECT caller_account AS account_id, 'caller' AS role, COUNT(DISTINCT eventID) AS calls, MIN(eventTime) AS eventTime
  FROM recent
  WHERE caller_account <> recipientAccountId
    AND caller_account NOT IN (SELECT caller_account FROM history WHERE caller_account IS NOT NULL)
  GROUP BY 1
)
SELECT account_id, role, calls, eventTime FROM recipients
UNION ALL
SELECT account_id, role, calls, eventTime FROM callers
ORDER BY account_id, role
LIMIT 1000
