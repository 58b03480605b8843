/*---
name: configuration-item-estimate
title: How many configuration items AWS Config would record
question: How many calls that change something does each service see on each day, as an estimate of configuration items?
params: [since, until]
columns: { recipientaccountid: string, awsregion: string, eventsource: string, day: date, changes: integer }
covers: [EstimateAmountOfConfigurationItems]
tags: [sample, config]
notes:
  - An estimate. One call can change several resources or none, and AWS Config does not record every type.
---*/
SELECT
  recipientAccountId,
  awsRegion,
  eventSource,
  DATE(eventTime) AS day,
  COUNT(DISTINCT eventID) AS changes
FROM events
WHERE readOnly = false
  AND errorCode IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY changes DESC, eventSource, day
LIMIT 1000
