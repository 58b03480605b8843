/*---
name: security-group-rule-history
title: Rules of security groups over time
question: Which rules were added to, changed in or taken from security groups, by whom?
params:
  - { name: security_group, type: string, default: '', description: 'id of one group; empty for all' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, security_group: string,
  requestparameters: json, identity: string, errorcode: string, eventid: string
  }
covers: [ec2-security-historical-changes]
tags: [sample, ec2, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.groupId, json_extract_scalar(requestParameters, '$.ModifySecurityGroupRulesRequest.GroupId')) AS security_group,
  requestParameters,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND readOnly = false
  AND eventName LIKE '%SecurityGroup%'
  AND (
    :security_group = ''
    OR COALESCE(requestParameters.groupId, json_extract_scalar(requestParameters, '$.ModifySecurityGroupRulesRequest.GroupId')) = :security_group
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
