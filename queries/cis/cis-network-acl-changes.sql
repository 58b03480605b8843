/*---
name: cis-network-acl-changes
title: Network ACL changes
question: Who created, changed or deleted a network ACL or one of its entries?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, network_acl: string,
  arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: low
finding:
  summary: '{eventname} of {network_acl} by {arn}'
controls: [CIS v1.2 3.11, CIS v1.4 4.11, CIS v3.0 4.11, CIS v5.0 4.11, CIS v6.0 5.11, CloudWatch.11]
tags: [cis, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.networkAclId, json_extract_scalar(responseElements, '$.networkAcl.networkAclId')) AS network_acl,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateNetworkAcl', 'CreateNetworkAclEntry', 'DeleteNetworkAcl', 'DeleteNetworkAclEntry', 'ReplaceNetworkAclEntry',
    'ReplaceNetworkAclAssociation'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
