/*---
name: top-iam-addresses
title: Top IP addresses of IAM calls
question: From which addresses is IAM called most often?
params: [since, until]
columns: { sourceipaddress: string, calls: integer, errors: integer, identities: integer }
covers: ['IAM activity: Top IP addresses of IAM calls']
tags: [dashboard, iam, network]
---*/
SELECT
  sourceIPAddress,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY sourceIPAddress
ORDER BY calls DESC, sourceIPAddress
LIMIT 100
