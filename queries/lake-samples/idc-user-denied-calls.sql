/*---
name: idc-user-denied-calls
title: What an Identity Center user was denied
question: Which calls of this user were denied?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, eventsource: string, eventname: string, errorcode: string,
  errormessage: string, sourceipaddress: string, eventid: string
  }
covers: [iam-idc-user-denied-activity]
tags: [sample, identity-center, errors]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventSource,
  eventName,
  errorCode,
  errorMessage,
  sourceIPAddress,
  eventID
FROM events
WHERE split_part(userIdentity.principalId, ':', 2) = :user
  AND (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
