/*---
name: most-used-apis-across-organization
title: Most used APIs across organization
question: Which APIs are called most often, in how many accounts?
params: [since, until]
columns: { eventsource: string, eventname: string, calls: integer, accounts: integer, identities: integer }
covers: ['Organizations activity: Most used APIs across organization']
tags: [dashboard, organizations]
---*/
SELECT
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT recipientAccountId) AS accounts,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName
ORDER BY calls DESC, eventSource, eventName
LIMIT 100
