/*---
name: top-ec2-access-denied-events
title: Top EC2 AccessDenied events
question: Which EC2 APIs are denied most often, to whom?
params: [since, until]
columns: { eventname: string, identity: string, denied: integer, last_seen: timestamp }
covers: ['EC2 activity: Top EC2 AccessDenied events']
tags: [dashboard, ec2, errors]
---*/
SELECT
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS denied,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND (errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%Unauthorized%')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY denied DESC, eventName, identity
LIMIT 100
