/*---
name: ec2-success-failure-trend
title: EC2 API success vs failure trends
question: How many calls of EC2 succeeded and failed in each hour?
params: [since, until]
columns: { in_hour: timestamp, succeeded: integer, failed: integer }
covers: ['EC2 activity: EC2 API success vs failure trends']
tags: [dashboard, ec2, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS failed
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY in_hour
LIMIT 1000
