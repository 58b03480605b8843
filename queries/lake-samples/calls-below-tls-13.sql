/*---
name: calls-below-tls-13
title: Calls that are not on TLS 1.3
question: Which calls were made with an older version of TLS than 1.3?
params: [since, until]
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, tls_version: string, cipher_suite: string,
  identity: string, sourceipaddress: string, useragent: string, eventid: string
  }
covers: [tls-version]
needs: [management, data]
tags: [sample, tls]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  tlsDetails.tlsVersion AS tls_version,
  tlsDetails.cipherSuite AS cipher_suite,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  userAgent,
  eventID
FROM events
WHERE tlsDetails.tlsVersion <> 'TLSv1.3'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
