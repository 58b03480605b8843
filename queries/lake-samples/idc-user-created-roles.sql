/*---
name: idc-user-created-roles
title: Roles an Identity Center user created
question: Which roles did this user create, and whom do they trust?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, role_name: string, trust_policy: string, errorcode: string,
  eventid: string
  }
covers: [iam-idc-user-create-iam-role]
tags: [sample, identity-center, iam]
---*/
SELECT
  eventTime,
  recipientAccountId,
  requestParameters.roleName AS role_name,
  requestParameters.assumeRolePolicyDocument AS trust_policy,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName = 'CreateRole'
  AND split_part(userIdentity.principalId, ':', 2) = :user
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
