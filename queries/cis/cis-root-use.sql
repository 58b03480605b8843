/*---
name: cis-root-use
title: Use of the root user
question: What did the root user do that no service did on its behalf?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventsource: string, eventname: string, awsregion: string,
  sourceipaddress: string, useragent: string, errorcode: string, eventid: string
  }
severity: high
finding:
  summary: 'root called {eventname} of {eventsource} from {sourceipaddress}'
controls: [CIS v1.2 1.1, CIS v1.2 3.3, CIS v1.4 1.7, CIS v1.4 4.3, CIS v3.0 4.3, CIS v5.0 4.3, CIS v6.0 5.3, CloudWatch.1, PCI DSS 3.2.1 7.2.1]
tags: [cis, root]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventSource,
  eventName,
  awsRegion,
  sourceIPAddress,
  userAgent,
  errorCode,
  eventID
FROM events
WHERE userIdentity.type = 'Root'
  AND userIdentity.invokedBy IS NULL
  AND eventType <> 'AwsServiceEvent'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
