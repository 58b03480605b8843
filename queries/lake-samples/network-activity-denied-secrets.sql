/*---
name: network-activity-denied-secrets
title: Secrets Manager calls a VPC endpoint refused
question: Which calls of Secrets Manager did VPC endpoints refuse, and whose?
params: [since, until]
columns: {
  eventtime: timestamp, eventname: string, vpcendpointid: string, caller_account: string, principal_id: string,
  sourceipaddress: string, errormessage: string, eventid: string
  }
covers: [network-activity-events-vpce-access-denied-secrets-manager]
needs: [network]
tags: [sample, network-activity, errors, secrets]
---*/
SELECT
  eventTime,
  eventName,
  vpcEndpointId,
  userIdentity.accountId AS caller_account,
  userIdentity.principalId AS principal_id,
  sourceIPAddress,
  errorMessage,
  eventID
FROM network_events
WHERE errorCode = 'VpceAccessDenied'
  AND eventSource = 'secretsmanager.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
