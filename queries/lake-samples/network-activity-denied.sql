/*---
name: network-activity-denied
title: Calls a VPC endpoint refused
question: Which calls did the policies of VPC endpoints refuse, and whose?
params: [since, until]
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, vpcendpointid: string,
  vpcendpointaccountid: string, caller_account: string, principal_id: string, sourceipaddress: string,
  errormessage: string, eventid: string
  }
covers: [network-activity-events-vpce-access-denied]
needs: [network]
tags: [sample, network-activity, errors]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  vpcEndpointId,
  vpcEndpointAccountId,
  userIdentity.accountId AS caller_account,
  userIdentity.principalId AS principal_id,
  sourceIPAddress,
  errorMessage,
  eventID
FROM network_events
WHERE errorCode = 'VpceAccessDenied'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
