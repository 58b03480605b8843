/*---
name: principals-by-account
title: Principals of each account
question: How many calls does each principal make in each account?
params: [since, until]
columns: { recipientaccountid: string, principal_id: string, identity: string, calls: integer }
covers: [users-by-account]
tags: [sample, overview]
---*/
SELECT
  recipientAccountId,
  userIdentity.principalId AS principal_id,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY calls DESC, recipientAccountId, identity
LIMIT 1000
