/*---
name: most-active-member-accounts
title: Most active member accounts
question: Which accounts see most calls, by how many identities, and how many of them change something?
params: [since, until]
columns: {
  recipientaccountid: string, calls: integer, writes: integer, errors: integer, identities: integer,
  regions: integer
  }
covers: ['Organizations activity: Most active member accounts']
tags: [dashboard, organizations]
---*/
SELECT
  recipientAccountId,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN readOnly = false THEN eventID END) AS writes,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  COUNT(DISTINCT awsRegion) AS regions
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY recipientAccountId
ORDER BY calls DESC, recipientAccountId
LIMIT 100
