/*---
name: cis-gateway-changes
title: Network gateway changes
question: Who created, deleted, attached or detached an internet or customer gateway?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, gateway: string,
  vpc: string, arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: low
finding:
  summary: '{eventname} of {gateway} by {arn}'
controls: [CIS v1.2 3.12, CIS v1.4 4.12, CIS v3.0 4.12, CIS v5.0 4.12, CIS v6.0 5.12, CloudWatch.12]
tags: [cis, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(
    requestParameters.internetGatewayId,
    requestParameters.customerGatewayId,
    json_extract_scalar(responseElements, '$.internetGateway.internetGatewayId'),
    json_extract_scalar(responseElements, '$.customerGateway.customerGatewayId')
  ) AS gateway,
  requestParameters.vpcId AS vpc,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateCustomerGateway', 'DeleteCustomerGateway', 'CreateInternetGateway', 'DeleteInternetGateway', 'AttachInternetGateway',
    'DetachInternetGateway'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
