/*---
name: cis-route-table-changes
title: Route table changes
question: Who created, changed or deleted a route, a route table or its association?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, route_table: string,
  destination: string, arn: string, sourceipaddress: string, errorcode: string, eventsource: string,
  eventid: string
  }
severity: low
finding:
  summary: '{eventname} of {route_table} to {destination} by {arn}'
controls: [CIS v1.2 3.13, CIS v1.4 4.13, CIS v3.0 4.13, CIS v5.0 4.13, CIS v6.0 5.13, CloudWatch.13]
tags: [cis, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(
    requestParameters.routeTableId,
    requestParameters.associationId,
    json_extract_scalar(responseElements, '$.routeTable.routeTableId')
  ) AS route_table,
  COALESCE(requestParameters.destinationCidrBlock, requestParameters.destinationIpv6CidrBlock) AS destination,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateRoute', 'CreateRouteTable', 'ReplaceRoute', 'ReplaceRouteTableAssociation', 'DeleteRouteTable', 'DeleteRoute',
    'DisassociateRouteTable'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
