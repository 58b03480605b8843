/*---
name: top-iam-api-errors
title: Top IAM API errors
question: Which errors does IAM answer most often, and at which APIs?
params: [since, until]
columns: { errorcode: string, eventname: string, errors: integer, example: string }
covers: ['IAM activity: Top IAM API errors']
tags: [dashboard, iam, errors]
---*/
SELECT
  errorCode,
  eventName,
  COUNT(DISTINCT eventID) AS errors,
  arbitrary(errorMessage) AS example
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND errorCode IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode, eventName
ORDER BY errors DESC, errorCode, eventName
LIMIT 100
