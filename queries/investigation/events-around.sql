/*---
name: events-around
title: What happened around an event
question: What did the same principal, or anybody from the same address, do shortly before and after this event?
params:
  - { name: event_id, type: string, description: 'eventID of the event in the middle' }
  - { name: minutes, type: integer, default: 30, description: 'minutes before and after it' }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, identity: string, sourceipaddress: string,
  errorcode: string, seconds_from_event: integer, eventid: string
  }
tags: [investigation, timeline]
---*/
WITH marked AS (
  SELECT
    eventTime AS marked_at,
    sourceIPAddress AS marked_from,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS marked_principal
  FROM events
  WHERE eventID = :event_id
    AND eventTime >= :since AND eventTime < :until
)
SELECT
  events.eventTime,
  events.eventSource,
  events.eventName,
  COALESCE(events.userIdentity.arn, events.userIdentity.invokedBy, events.userIdentity.principalId) AS identity,
  events.sourceIPAddress,
  events.errorCode,
  date_diff('second', marked.marked_at, events.eventTime) AS seconds_from_event,
  events.eventID
FROM events
CROSS JOIN marked
WHERE events.eventTime >= :since AND events.eventTime < :until
  AND events.eventTime >= date_add('minute', 0 - :minutes, marked.marked_at)
  AND events.eventTime <= date_add('minute', :minutes, marked.marked_at)
  AND (
    events.sourceIPAddress = marked.marked_from
    OR COALESCE(
      events.userIdentity.sessionContext.sessionIssuer.arn, events.userIdentity.arn,
      events.userIdentity.invokedBy, events.userIdentity.principalId
    ) = marked.marked_principal
  )
ORDER BY eventTime, eventID
LIMIT 1000
