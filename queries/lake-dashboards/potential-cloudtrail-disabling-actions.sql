/*---
name: potential-cloudtrail-disabling-actions
title: Potential CloudTrail disabling actions
question: Who made a call that stops, deletes or narrows what CloudTrail records?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, target: string,
  identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['Security monitoring: Potential CloudTrail disabling actions']
tags: [dashboard, cloudtrail, evasion, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.name, requestParameters.trailName, requestParameters.eventDataStore, requestParameters.channel) AS target,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN (
    'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'DeleteEventDataStore',
    'UpdateEventDataStore', 'StopEventDataStoreIngestion', 'DeleteChannel', 'DeregisterOrganizationDelegatedAdmin'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
