/*---
name: response-of-event
title: What an event answered
question: What did the service answer to this call?
params:
  - { name: event_id, type: string, description: eventID }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, responseelements: json, errorcode: string,
  errormessage: string, eventid: string
  }
covers: [event-response-element-by-event-id]
tags: [sample, evidence]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  responseElements,
  errorCode,
  errorMessage,
  eventID
FROM events
WHERE eventID = :event_id
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
LIMIT 10
