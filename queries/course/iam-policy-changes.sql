/*---
name: iam-policy-changes
title: Calls about policies
question: Who attached, changed or read policies, and which?
tags: [iam]
notes:
  - The pattern also matches reads such as ListPolicies, and policies of other services such as PutBucketPolicy.
---*/
SELECT
  eventTime,
  eventName,
  userIdentity.arn,
  requestParameters.policyArn,
  sourceIPAddress
FROM security-events
WHERE eventName LIKE '%Policy%'
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC
