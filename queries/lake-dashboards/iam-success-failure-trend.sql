/*---
name: iam-success-failure-trend
title: IAM success vs failure trend
question: How many calls of IAM succeeded and failed in each hour?
params: [since, until]
columns: { in_hour: timestamp, succeeded: integer, failed: integer }
covers: ['IAM activity: IAM success vs failure trend']
tags: [dashboard, iam, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS failed
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
