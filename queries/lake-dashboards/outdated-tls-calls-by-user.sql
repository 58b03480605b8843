/*---
name: outdated-tls-calls-by-user
title: Outdated TLS calls by user
question: Who still calls with TLS 1.0 or 1.1, with which program?
params: [since, until]
columns: { identity: string, tls_version: string, useragent: string, calls: integer, last_seen: timestamp }
covers: ['Management events: Outdated TLS calls by user']
tags: [dashboard, tls, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  tlsDetails.tlsVersion AS tls_version,
  userAgent,
  COUNT(DISTINCT eventID) AS calls,
  MAX(eventTime) AS last_seen
FROM events
WHERE tlsDetails.tlsVersion IN ('TLSv1', 'TLSv1.0', 'TLSv1.1')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY calls DESC, identity, tls_version
LIMIT 100
