/*---
name: who-stopped-logging
title: Calls that weaken CloudTrail
question: Who stopped, deleted or narrowed a trail or an event data store?
params:
  - { name: since, type: timestamp, default: '1970-01-01 00:00:00', description: 'events from this time on, UTC; name it to read fewer days' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
severity: high
finding:
  summary: '{eventName} of {trail} by {arn} from {sourceIPAddress}'
tags: [cloudtrail, evasion]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.name, requestParameters.trailName, requestParameters.eventDataStore) AS trail,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN (
    'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors',
    'DeleteEventDataStore', 'UpdateEventDataStore', 'StopEventDataStoreIngestion', 'StopImport',
    'DeregisterOrganizationDelegatedAdmin'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
