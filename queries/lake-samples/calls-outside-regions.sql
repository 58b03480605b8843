/*---
name: calls-outside-regions
title: Calls outside the Regions in use
question: Who called into a Region that is not on the list?
params:
  - { name: regions, type: string, description: 'Regions in use, with commas and no blanks: us-east-1,eu-west-1' }
  - since
  - until
columns: {
  eventtime: timestamp, awsregion: string, recipientaccountid: string, eventsource: string, eventname: string,
  identity: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [list-all-events-not-in-authorized-region]
tags: [sample, region]
---*/
SELECT
  eventTime,
  awsRegion,
  recipientAccountId,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE NOT contains(split(:regions, ','), awsRegion)
  AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
