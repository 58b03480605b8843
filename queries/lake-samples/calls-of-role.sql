/*---
name: calls-of-role
title: Calls of a role
question: Which calls were made in sessions of this role?
params:
  - { name: role_arn, type: string, description: 'ARN of the role' }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, arn: string, sourceipaddress: string,
  errorcode: string, eventid: string
  }
covers: [iam-role-activity]
tags: [sample, identity]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE userIdentity.sessionContext.sessionIssuer.arn = :role_arn
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
