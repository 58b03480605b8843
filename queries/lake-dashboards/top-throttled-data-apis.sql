/*---
name: top-throttled-data-apis
title: Top throttled data plane APIs
question: Which data plane APIs are throttled most often?
params: [since, until]
columns: { eventsource: string, eventname: string, errorcode: string, throttled: integer }
covers: ['Data events overview: Top throttled data plane APIs']
needs: [data]
tags: [dashboard, data, throttling]
---*/
SELECT
  eventSource,
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS throttled
FROM events
WHERE managementEvent = false
  AND errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName, errorCode
ORDER BY throttled DESC, eventSource, eventName
LIMIT 100
