/*---
name: tls-versions-in-use
title: TLS version
question: How many calls were made with which version of TLS, by how many identities?
params: [since, until]
columns: { tls_version: string, calls: integer, identities: integer, services: integer }
covers: ['Management events: TLS version']
tags: [dashboard, tls]
---*/
SELECT
  COALESCE(tlsDetails.tlsVersion, '(not recorded)') AS tls_version,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  COUNT(DISTINCT eventSource) AS services
FROM events
WHERE COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, tls_version
LIMIT 100
