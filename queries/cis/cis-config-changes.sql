/*---
name: cis-config-changes
title: AWS Config configuration changes
question: Who stopped or changed the configuration recorder or its delivery channel?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, arn: string,
  sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: high
finding:
  summary: '{eventname} by {arn} in {awsregion}'
controls: [CIS v1.2 3.9, CIS v1.4 4.9, CIS v3.0 4.9, CIS v5.0 4.9, CIS v6.0 5.9, CloudWatch.9]
tags: [cis, config, evasion]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'config.amazonaws.com'
  AND eventName IN ('StopConfigurationRecorder', 'DeleteDeliveryChannel', 'PutDeliveryChannel', 'PutConfigurationRecorder')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
