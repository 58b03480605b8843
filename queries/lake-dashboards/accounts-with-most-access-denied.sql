/*---
name: accounts-with-most-access-denied
title: Accounts with most access denied errors
question: In which accounts are most calls denied, to how many identities, at how many APIs?
params: [since, until]
columns: { recipientaccountid: string, denied: integer, identities: integer, apis: integer }
covers: ['Organizations activity: Accounts with most access denied errors']
tags: [dashboard, organizations, errors]
---*/
SELECT
  recipientAccountId,
  COUNT(DISTINCT eventID) AS denied,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  COUNT(DISTINCT eventName) AS apis
FROM events
WHERE (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND eventTime >= :since AND eventTime < :until
GROUP BY recipientAccountId
ORDER BY denied DESC, recipientAccountId
LIMIT 100
