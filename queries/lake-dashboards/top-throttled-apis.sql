/*---
name: top-throttled-apis
title: Top throttled errors by API
question: Which APIs are throttled most often, and who is it that calls them?
params: [since, until]
columns: {
  eventsource: string, eventname: string, errorcode: string, throttled: integer, identities: integer,
  latest_identity: string
  }
covers: ['Error analysis: Top throttled errors by API', 'Overview: Most throttled events']
tags: [dashboard, errors, throttling, overview]
---*/
SELECT
  eventSource,
  eventName,
  errorCode,
  COUNT(DISTINCT eventID) AS throttled,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  max_by(COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId), eventTime) AS latest_identity
FROM events
WHERE errorCode IN (
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'Client.RequestLimitExceeded',
    'TooManyRequestsException', 'SlowDown', 'ProvisionedThroughputExceededException', 'RequestThrottledException'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY eventSource, eventName, errorCode
ORDER BY throttled DESC, eventSource, eventName
LIMIT 100
