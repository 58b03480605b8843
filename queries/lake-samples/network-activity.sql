/*---
name: network-activity
title: Calls through VPC endpoints
question: Which calls went through VPC endpoints that record network activity, allowed and denied?
params: [since, until]
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, vpcendpointid: string,
  vpcendpointaccountid: string, identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [network-activity-events]
needs: [network]
tags: [sample, network-activity]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  vpcEndpointId,
  vpcEndpointAccountId,
  COALESCE(userIdentity.arn, userIdentity.accountId, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM network_events
WHERE eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
