/*---
name: download-volume
title: Principals that read far more data than usual
question: Who took more bytes out of S3 in one day than many times an average day before?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
  - { name: times, type: double, default: 5, description: 'how many times the average day it takes' }
  - { name: least_megabytes, type: double, default: 100, description: 'megabytes of a day below which nothing is said' }
columns: { principal: string, day: date, reads: integer, buckets: integer, megabytes: double, usual_megabytes: double }
needs: [data]
severity: medium
finding:
  key: [principal, day]
  summary: '{principal} read {megabytes} MB from S3 on {day}, on an average day {usual_megabytes}'
tags: [baseline, s3, exfiltration]
---*/
WITH daily AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    DATE(eventTime) AS day,
    COUNT(DISTINCT eventID) AS reads,
    COUNT(DISTINCT requestParameters.bucketName) AS buckets,
    SUM(COALESCE(TRY_CAST(additionalEventData.bytesTransferredOut AS double), 0e0)) / 1e6 AS megabytes
  FROM events
  WHERE eventSource = 's3.amazonaws.com'
    AND eventName = 'GetObject'
    AND eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :until
  GROUP BY 1, 2
),
usual AS (
  SELECT principal, SUM(megabytes) / CAST(:history_days AS double) AS average_megabytes
  FROM daily
  WHERE day < DATE(:since)
  GROUP BY principal
)
SELECT
  daily.principal,
  daily.day,
  daily.reads,
  daily.buckets,
  round(daily.megabytes, 1) AS megabytes,
  round(COALESCE(usual.average_megabytes, 0e0), 1) AS usual_megabytes
FROM daily
LEFT JOIN usual ON usual.principal = daily.principal
WHERE daily.day >= DATE(:since)
  AND daily.megabytes >= :least_megabytes
  AND daily.megabytes >= :times * COALESCE(usual.average_megabytes, 0e0)
ORDER BY megabytes DESC, principal, day
LIMIT 500
