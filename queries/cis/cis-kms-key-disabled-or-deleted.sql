/*---
name: cis-kms-key-disabled-or-deleted
title: KMS keys disabled or scheduled for deletion
question: Who disabled a customer managed key or scheduled its deletion?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, key_id: string,
  pending_days: string, arn: string, sourceipaddress: string, errorcode: string, eventsource: string,
  eventid: string
  }
severity: high
finding:
  summary: '{eventname} of key {key_id} by {arn}'
controls: [CIS v1.2 3.7, CIS v1.4 4.7, CIS v3.0 4.7, CIS v5.0 4.7, CIS v6.0 5.7, CloudWatch.7]
tags: [cis, kms, destruction]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  requestParameters.keyId AS key_id,
  requestParameters.pendingWindowInDays AS pending_days,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN ('DisableKey', 'ScheduleKeyDeletion')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
