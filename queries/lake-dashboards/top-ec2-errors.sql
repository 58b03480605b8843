/*---
name: top-ec2-errors
title: Top EC2 errors
question: Which errors does EC2 answer most often, and at which API?
params: [since, until]
columns: { errorcode: string, eventname: string, errors: integer, example: string }
covers: ['EC2 activity: Top EC2 errors']
tags: [dashboard, ec2, errors]
---*/
SELECT
  errorCode,
  eventName,
  COUNT(DISTINCT eventID) AS errors,
  arbitrary(errorMessage) AS example
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode, eventName
ORDER BY errors DESC, errorCode, eventName
LIMIT 100
