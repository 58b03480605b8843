/*---
name: trail-configuration-changes
title: Changes of trails
question: Who created, changed, deleted, started or stopped a trail?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, trail: string,
  identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [cloudtrail-configuration-changes]
tags: [sample, cloudtrail]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  requestParameters.name AS trail,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN ('CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
