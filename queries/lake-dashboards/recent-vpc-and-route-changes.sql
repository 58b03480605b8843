/*---
name: recent-vpc-and-route-changes
title: Recent VPC management and route table changes
question: Who changed VPCs, subnets, gateways, peerings and routes last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, target: string,
  cidr: string, identity: string, errorcode: string, eventid: string
  }
covers: ['EC2 activity: Recent VPC management and route table changes']
tags: [dashboard, ec2, network, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.routeTableId, requestParameters.vpcId, requestParameters.subnetId, requestParameters.vpcPeeringConnectionId) AS target,
  COALESCE(requestParameters.destinationCidrBlock, requestParameters.destinationIpv6CidrBlock, requestParameters.cidrBlock) AS cidr,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND readOnly = false
  AND regexp_like(eventName, 'Vpc|Subnet|Route|InternetGateway|NatGateway|TransitGateway|VpnConnection')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
