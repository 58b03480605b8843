/*---
name: source-address-timeline
title: An address, call by call
question: Which calls came from this address, in which order, with which keys?
params:
  - { name: ip, type: string, description: 'the address as the events show it' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, accesskeyid: string, errorcode: string, useragent: string, eventid: string
  }
tags: [investigation, network]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userIdentity.accessKeyId,
  errorCode,
  userAgent,
  eventID
FROM events
WHERE sourceIPAddress = :ip
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
