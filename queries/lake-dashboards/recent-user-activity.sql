/*---
name: recent-user-activity
title: Most recent user activity
question: What did users, roles and root do last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['User activity: Most recent user activity']
tags: [dashboard, users, recent]
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
WHERE userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
