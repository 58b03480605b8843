/*---
name: most-active-accounts-by-service
title: Most active accounts by service
question: Which account calls which service most often?
params: [since, until]
columns: { eventsource: string, recipientaccountid: string, calls: integer, identities: integer }
covers: ['Organizations activity: Most active accounts by service']
tags: [dashboard, organizations]
---*/
SELECT
  eventSource,
  recipientAccountId,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY eventSource, recipientAccountId
ORDER BY calls DESC, eventSource, recipientAccountId
LIMIT 100
