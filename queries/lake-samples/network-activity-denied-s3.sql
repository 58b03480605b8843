/*---
name: network-activity-denied-s3
title: S3 calls a VPC endpoint refused, counted
question: Which principals did VPC endpoints keep from which APIs of S3, how often?
params: [since, until]
columns: {
  vpcendpointid: string, eventname: string, caller_account: string, principal_id: string, sourceipaddress: string,
  refused: integer, last_seen: timestamp
  }
covers: [network-activity-events-vpce-access-denied-s3]
needs: [network]
tags: [sample, network-activity, errors, s3]
---*/
SELECT
  vpcEndpointId,
  eventName,
  userIdentity.accountId AS caller_account,
  userIdentity.principalId AS principal_id,
  sourceIPAddress,
  COUNT(DISTINCT eventID) AS refused,
  MAX(eventTime) AS last_seen
FROM network_events
WHERE errorCode = 'VpceAccessDenied'
  AND eventSource = 's3.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4, 5
ORDER BY refused DESC, vpcEndpointId, eventName
LIMIT 1000
