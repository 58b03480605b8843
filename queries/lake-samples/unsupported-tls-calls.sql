/*---
name: unsupported-tls-calls
title: Calls with TLS 1.1 and below, counted
question: Which callers and services still speak TLS 1.1 or below, how often?
params: [since, until]
columns: {
  eventsource: string, awsregion: string, recipientaccountid: string, sourceipaddress: string,
  tls_version: string, calls: integer
  }
covers: [tls-unsupported-version]
tags: [sample, tls]
---*/
SELECT
  eventSource,
  awsRegion,
  recipientAccountId,
  sourceIPAddress,
  tlsDetails.tlsVersion AS tls_version,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE TRY_CAST(replace(tlsDetails.tlsVersion, 'TLSv', '') AS double) <= 1.1e0
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC, eventSource, sourceIPAddress
LIMIT 1000
