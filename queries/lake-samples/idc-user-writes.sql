/*---
name: idc-user-writes
title: What an Identity Center user changed
question: Which calls of this user changed something?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  requestparameters: json, errorcode: string, eventid: string
  }
covers: [iam-idc-user-mutable-actions]
tags: [sample, identity-center]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  requestParameters,
  errorCode,
  eventID
FROM events
WHERE split_part(userIdentity.principalId, ':', 2) = :user
  AND readOnly = false
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
