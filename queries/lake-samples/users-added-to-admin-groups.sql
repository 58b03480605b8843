/*---
name: users-added-to-admin-groups
title: User added to an administrators' group
question: Who put which user into a group with admin in its name?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, eventsource: string, added_user: string,
  group_name: string, arn: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [user-added-to-admin-group]
severity: high
finding:
  summary: '{added_user} was added to {group_name} by {arn}'
tags: [sample, iam, privilege]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  eventSource,
  requestParameters.userName AS added_user,
  requestParameters.groupName AS group_name,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName = 'AddUserToGroup'
  AND lower(requestParameters.groupName) LIKE '%admin%'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
