/*---
name: cis-cloudtrail-changes
title: CloudTrail configuration changes
question: Who created, changed, stopped, started or deleted a trail?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, trail: string,
  arn: string, sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: high
finding:
  summary: '{eventname} of {trail} by {arn} from {sourceipaddress}'
controls: [CIS v1.2 3.5, CIS v1.4 4.5, CIS v3.0 4.5, CIS v5.0 4.5, CIS v6.0 5.5, CloudWatch.5]
tags: [cis, cloudtrail, evasion]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  requestParameters.name AS trail,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN ('CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
