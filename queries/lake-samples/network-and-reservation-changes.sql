/*---
name: network-and-reservation-changes
title: Changes of networks and reservations
question: Who created, changed or deleted VPCs, subnets, gateways, routes, addresses, peerings or reserved capacity?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, identity: string,
  requestparameters: json, errorcode: string, eventid: string
  }
covers: [ec2-events]
tags: [sample, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  requestParameters,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND readOnly = false
  AND regexp_like(
    eventName,
    'Vpc|Subnet|Gateway|Route|Address|DhcpOptions|NetworkAcl|VpnConnection|ReservedInstances|CapacityReservation|HostReservation'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
