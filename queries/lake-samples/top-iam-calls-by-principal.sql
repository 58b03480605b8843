/*---
name: top-iam-calls-by-principal
title: Who calls which IAM API
question: Which principal of which account calls which IAM API most often?
params: [since, until]
columns: { account_id: string, principal_id: string, principal: string, eventname: string, calls: integer }
covers: [top-iam-actions-by-principal]
tags: [sample, iam]
---*/
SELECT
  userIdentity.accountId AS account_id,
  userIdentity.principalId AS principal_id,
  COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
  eventName,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, principal, eventName
LIMIT 100
