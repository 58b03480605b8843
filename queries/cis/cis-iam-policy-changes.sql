/*---
name: cis-iam-policy-changes
title: IAM policy changes
question: Who created, changed, attached, detached or deleted which IAM policy?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, policy: string, principal: string,
  arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: medium
finding:
  summary: '{eventname} of {policy} for {principal} by {arn}'
controls: [CIS v1.2 3.4, CIS v1.4 4.4, CIS v3.0 4.4, CIS v5.0 4.4, CIS v6.0 5.4, CloudWatch.4]
tags: [cis, iam]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.policyArn, requestParameters.policyName) AS policy,
  COALESCE(requestParameters.userName, requestParameters.roleName, requestParameters.groupName) AS principal,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN (
    'PutGroupPolicy', 'PutRolePolicy', 'PutUserPolicy', 'DeleteGroupPolicy', 'DeleteRolePolicy', 'DeleteUserPolicy',
    'CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', 'DeletePolicyVersion',
    'AttachRolePolicy', 'DetachRolePolicy', 'AttachUserPolicy', 'DetachUserPolicy', 'AttachGroupPolicy', 'DetachGroupPolicy',
    'SetDefaultPolicyVersion'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
