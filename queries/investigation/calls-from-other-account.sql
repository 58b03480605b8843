/*---
name: calls-from-other-account
title: What an outside account did here
question: Which identities of this account made which calls in ours?
params:
  - { name: account_id, type: string, description: 'twelve digits of the other account' }
  - since
  - until
columns: {
  recipientaccountid: string, identity: string, eventsource: string, eventname: string, calls: integer,
  errors: integer, addresses: string, first_seen: timestamp, last_seen: timestamp
  }
tags: [investigation, cross-account]
---*/
SELECT
  recipientAccountId,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE userIdentity.accountId = :account_id
  AND recipientAccountId <> :account_id
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, identity, eventName
LIMIT 1000
