/*---
name: event-by-id
title: One event in full
question: What does this event say, and in which log file does it stand?
params:
  - { name: event_id, type: string, description: 'eventID' }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, recipientaccountid: string, awsregion: string,
  identity: string, useridentity: json, sourceipaddress: string, useragent: string, errorcode: string,
  errormessage: string, requestparameters: json, responseelements: json, additionaleventdata: json,
  resources: json, sharedeventid: string, eventid: string, sourcefile: string, recordindex: integer
  }
tags: [investigation, evidence]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  recipientAccountId,
  awsRegion,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userIdentity,
  sourceIPAddress,
  userAgent,
  errorCode,
  errorMessage,
  requestParameters,
  responseElements,
  additionalEventData,
  resources,
  sharedEventID,
  eventID,
  sourceFile,
  recordIndex
FROM events
WHERE eventID = :event_id
  AND eventTime >= :since AND eventTime < :until
LIMIT 10
