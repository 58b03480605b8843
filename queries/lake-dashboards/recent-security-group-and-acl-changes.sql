/*---
name: recent-security-group-and-acl-changes
title: Recent EC2 SecurityGroup and NetworkAcl changes
question: Who changed security groups and network ACLs last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, target: string,
  identity: string, errorcode: string, eventid: string
  }
covers: ['Security monitoring: Recent EC2 SecurityGroup and NetworkAcl changes']
tags: [dashboard, ec2, network, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.groupId, responseElements.groupId, requestParameters.networkAclId, requestParameters.groupName) AS target,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND readOnly = false
  AND (eventName LIKE '%SecurityGroup%' OR eventName LIKE '%NetworkAcl%')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
