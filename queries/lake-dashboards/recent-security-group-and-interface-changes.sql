/*---
name: recent-security-group-and-interface-changes
title: Recent EC2 SecurityGroup and NetworkInterface changes
question: Who changed security groups and network interfaces last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, target: string,
  identity: string, errorcode: string, eventid: string
  }
covers: ['EC2 activity: Recent EC2 SecurityGroup and NetworkInterface changes']
tags: [dashboard, ec2, network, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(
    requestParameters.groupId,
    responseElements.groupId,
    requestParameters.networkInterfaceId,
    json_extract_scalar(responseElements, '$.networkInterface.networkInterfaceId'),
    requestParameters.groupName
  ) AS target,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND readOnly = false
  AND (eventName LIKE '%SecurityGroup%' OR eventName LIKE '%NetworkInterface%')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
