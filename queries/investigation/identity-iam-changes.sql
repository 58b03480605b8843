/*---
name: identity-iam-changes
title: IAM changes an identity made
question: Which users, roles, groups, policies and keys did this identity create, change or delete?
params:
  - { name: identity, type: string, description: 'ARN of a user, of a role (all its sessions), or of one session' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, principal: string, policy: string, errorcode: string,
  sourceipaddress: string, accesskeyid: string, eventid: string
  }
tags: [investigation, identity, iam]
---*/
SELECT
  eventTime,
  eventName,
  COALESCE(requestParameters.userName, requestParameters.roleName, requestParameters.groupName, requestParameters.instanceProfileName) AS principal,
  COALESCE(requestParameters.policyArn, requestParameters.policyName) AS policy,
  errorCode,
  sourceIPAddress,
  userIdentity.accessKeyId,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND readOnly = false
  AND (userIdentity.arn = :identity OR userIdentity.sessionContext.sessionIssuer.arn = :identity)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
