/*---
name: failed-calls
title: Calls that failed
question: Which calls failed, whose, and why?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, errorcode: string, errormessage: string, eventid: string
  }
covers: [list-events-with-errors]
tags: [sample, errors]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  errorMessage,
  eventID
FROM events
WHERE errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
