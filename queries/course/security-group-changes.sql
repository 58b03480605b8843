/*---
name: security-group-changes
title: Calls about security groups
question: Who changed, or read, security groups, with which parameters?
tags: [ec2, network]
notes:
  - The pattern also matches reads such as DescribeSecurityGroups.
---*/
SELECT
  eventTime,
  eventName,
  userIdentity.arn,
  sourceIPAddress,
  requestParameters
FROM security-events
WHERE eventName LIKE '%SecurityGroup%'
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC
