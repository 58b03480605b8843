/*---
name: accounts-reached-from-address
title: Accounts reached from an address
question: In which accounts, other than one that is expected, was this address active?
params:
  - { name: ip, type: string, description: 'the address as the events show it' }
  - { name: expected_account, type: string, default: '', description: 'account to leave out' }
  - since
  - until
columns: {
  recipientaccountid: string, calls: integer, identities: integer, services: string, first_seen: timestamp,
  last_seen: timestamp
  }
covers: [activity-performed-by-IP-address]
tags: [sample, network]
---*/
SELECT
  recipientAccountId,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  array_join(array_sort(array_agg(DISTINCT eventSource)), ', ') AS services,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE sourceIPAddress = :ip
  AND recipientAccountId <> :expected_account
  AND eventTime >= :since AND eventTime < :until
GROUP BY recipientAccountId
ORDER BY calls DESC, recipientAccountId
LIMIT 1000
