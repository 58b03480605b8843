/*---
name: cis-security-group-changes
title: Security group changes
question: Who created, deleted, opened or closed which security group?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, security_group: string,
  arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: low
finding:
  summary: '{eventname} of {security_group} by {arn}'
controls: [CIS v1.2 3.10, CIS v1.4 4.10, CIS v3.0 4.10, CIS v5.0 4.10, CIS v6.0 5.10, CloudWatch.10]
tags: [cis, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.groupId, responseElements.groupId, requestParameters.groupName) AS security_group,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress',
    'CreateSecurityGroup', 'DeleteSecurityGroup', 'ModifySecurityGroupRules'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
