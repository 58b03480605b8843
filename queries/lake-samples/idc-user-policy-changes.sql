/*---
name: idc-user-policy-changes
title: Inline policies an Identity Center user wrote
question: On which roles did this user put inline policies, and what do they say?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, principal: string, policy_name: string,
  policy_document: string, errorcode: string, eventid: string
  }
covers: [iam-idc-user-modify-iam-policy]
tags: [sample, identity-center, iam]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(requestParameters.roleName, requestParameters.userName, requestParameters.groupName) AS principal,
  requestParameters.policyName AS policy_name,
  requestParameters.policyDocument AS policy_document,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN ('PutRolePolicy', 'PutUserPolicy', 'PutGroupPolicy')
  AND split_part(userIdentity.principalId, ':', 2) = :user
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
