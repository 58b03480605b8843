/*---
name: recent-public-security-group-changes
title: Recent EC2 SecurityGroup changes that allow public access
question: Who opened a security group to every address, IPv4 or IPv6, on which ports?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, security_group: string,
  rules: string, identity: string, errorcode: string, eventid: string
  }
covers: ['Security monitoring: Recent EC2 SecurityGroup changes that allow public access']
tags: [dashboard, ec2, network, exposure, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(
    requestParameters.groupId,
    json_extract_scalar(requestParameters, '$.ModifySecurityGroupRulesRequest.GroupId'),
    requestParameters.groupName
  ) AS security_group,
  COALESCE(requestParameters.ipPermissions, requestParameters.ModifySecurityGroupRulesRequest, requestParameters.cidrIp) AS rules,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND regexp_like(
    COALESCE(requestParameters.ipPermissions, requestParameters.ModifySecurityGroupRulesRequest, requestParameters.cidrIp),
    '(0\.0\.0\.0|::)/0'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
