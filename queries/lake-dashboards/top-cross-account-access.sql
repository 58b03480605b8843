/*---
name: top-cross-account-access
title: Top cross-account access
question: Which accounts call into others, with which actions?
params: [since, until]
columns: {
  caller_account: string, recipientaccountid: string, eventsource: string, eventname: string, calls: integer,
  identities: integer
  }
covers: ['Security monitoring: Top cross-account access']
tags: [dashboard, cross-account]
---*/
SELECT
  userIdentity.accountId AS caller_account,
  recipientAccountId,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE userIdentity.accountId <> recipientAccountId
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, caller_account, eventName
LIMIT 100
