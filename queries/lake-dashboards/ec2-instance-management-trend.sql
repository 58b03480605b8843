/*---
name: ec2-instance-management-trend
title: EC2 instance management activity overview
question: How many launches, starts, stops, reboots and terminations of instances were there in each hour?
params: [since, until]
columns: { in_hour: timestamp, eventname: string, calls: integer, errors: integer }
covers: ['EC2 activity: EC2 instance management activity overview']
tags: [dashboard, ec2, trend]
---*/
SELECT
  date_trunc('hour', eventTime) AS in_hour,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('RunInstances', 'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY in_hour, eventName
LIMIT 1000
