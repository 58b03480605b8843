/*---
name: recent-console-resource-changes
title: Most recent resource changes made using console
question: What was changed by hand in the console?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['Resource changes: Most recent resource changes made using console']
tags: [dashboard, resources, console, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE sessionCredentialFromConsole = 'true'
  AND readOnly = false
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
