/*---
name: instance-credentials-activity
title: Instance credentials and where they were used
question: Which APIs did the role of this instance call, and did any call come from an address other than its usual one?
params:
  - { name: instance_id, type: string, description: 'the instance, i-...' }
  - since
  - until
columns: {
  arn: string, sourceipaddress: string, eventsource: string, eventname: string, calls: integer, errors: integer,
  first_seen: timestamp, last_seen: timestamp
  }
tags: [investigation, ec2, credential-access]
---*/
SELECT
  userIdentity.arn,
  sourceIPAddress,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MIN(eventTime) AS first_seen,
  MAX(eventTime) AS last_seen
FROM events
WHERE userIdentity.type = 'AssumedRole'
  AND split_part(userIdentity.arn, '/', 3) = :instance_id
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY first_seen, calls DESC, eventName
LIMIT 1000
