/*---
name: console-writes
title: Changes made in the console
question: Who changed what with credentials of a console session?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, requestparameters: json, errorcode: string, eventid: string
  }
covers: [list-write-events-from-management-console]
tags: [sample, console]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  requestParameters,
  errorCode,
  eventID
FROM events
WHERE sessionCredentialFromConsole = 'true'
  AND readOnly = false
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
