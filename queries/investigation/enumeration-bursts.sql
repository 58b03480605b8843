/*---
name: enumeration-bursts
title: Bursts of looking around
question: Which principals called many different read APIs within one hour? What a person or a program does who does not know the account yet.
params:
  - { name: apis, type: integer, default: 30, description: 'different read APIs in an hour that count as a burst' }
  - since
  - until
columns: {
  principal: string, in_hour: timestamp, apis: integer, services: integer, calls: integer, errors: integer,
  addresses: string
  }
tags: [investigation, discovery]
---*/
SELECT
  COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT eventName) AS apis,
  COUNT(DISTINCT eventSource) AS services,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS addresses
FROM events
WHERE readOnly = true
  AND userIdentity.type <> 'AWSService'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
HAVING COUNT(DISTINCT eventName) >= :apis
ORDER BY apis DESC, in_hour, principal
LIMIT 500
