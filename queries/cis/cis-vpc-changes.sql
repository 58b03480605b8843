/*---
name: cis-vpc-changes
title: VPC changes
question: Who created, changed or deleted a VPC, a peering or a ClassicLink?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, vpc: string,
  arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: low
finding:
  summary: '{eventname} of {vpc} by {arn}'
controls: [CIS v1.2 3.14, CIS v1.4 4.14, CIS v3.0 4.14, CIS v5.0 4.14, CIS v6.0 5.14, CloudWatch.14]
tags: [cis, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(
    requestParameters.vpcId,
    requestParameters.vpcPeeringConnectionId,
    json_extract_scalar(responseElements, '$.vpc.vpcId')
  ) AS vpc,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateVpc', 'DeleteVpc', 'ModifyVpcAttribute',
    'AcceptVpcPeeringConnection', 'CreateVpcPeeringConnection', 'DeleteVpcPeeringConnection', 'RejectVpcPeeringConnection',
    'AttachClassicLinkVpc', 'DetachClassicLinkVpc', 'DisableVpcClassicLink', 'EnableVpcClassicLink'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
