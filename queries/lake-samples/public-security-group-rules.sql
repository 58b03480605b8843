/*---
name: public-security-group-rules
title: Security groups opened to everybody
question: Who allowed any address, IPv4 or IPv6, into a security group?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, eventsource: string,
  security_group: string, rules: string, arn: string, sourceipaddress: string, eventid: string
  }
covers: [ec2-public-security-group]
severity: medium
finding:
  summary: '{security_group} was opened to every address by {arn}'
tags: [sample, ec2, exposure]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  eventSource,
  COALESCE(requestParameters.groupId, json_extract_scalar(requestParameters, '$.ModifySecurityGroupRulesRequest.GroupId'), requestParameters.groupName) AS security_group,
  COALESCE(requestParameters.ipPermissions, requestParameters.ModifySecurityGroupRulesRequest, requestParameters.cidrIp) AS rules,
  userIdentity.arn,
  sourceIPAddress,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND errorCode IS NULL
  AND regexp_like(
    COALESCE(requestParameters.ipPermissions, requestParameters.ModifySecurityGroupRulesRequest, requestParameters.cidrIp),
    '(0\.0\.0\.0|::)/0'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
