/*---
name: error-bursts-by-hour
title: Hours with far more errors than usual
question: In which hours did an account see many more failed calls than its mean hour before, measured in standard deviations?
params:
  - { name: since, type: timestamp, description: 'first moment of what is looked at, UTC' }
  - { name: until, type: timestamp, default: '2999-12-31 00:00:00', description: 'events before this time, UTC' }
  - { name: history_days, type: integer, default: 14, description: 'days before since that count as history' }
  - { name: deviations, type: double, default: 4, description: 'standard deviations above the mean, one deviation being at least one error' }
columns: {
  recipientaccountid: string, in_hour: timestamp, errors: integer, identities: integer, usual_errors: double,
  deviations: double
  }
severity: low
finding:
  key: [recipientaccountid, in_hour]
  summary: '{errors} failed calls in the hour of {in_hour}, usual are {usual_errors}'
tags: [baseline, errors]
---*/
WITH hourly AS (
  SELECT
    recipientAccountId,
    date_trunc('hour', eventTime) AS in_hour,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
    COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN userIdentity.arn END) AS identities
  FROM events
  WHERE eventTime >= date_add('day', 0 - :history_days, :since) AND eventTime < :until
  GROUP BY 1, 2
),
usual AS (
  SELECT recipientAccountId, AVG(errors) AS mean_errors, COALESCE(stddev_pop(errors), 0e0) AS deviation
  FROM hourly
  WHERE in_hour < :since
  GROUP BY recipientAccountId
)
SELECT
  hourly.recipientAccountId,
  hourly.in_hour,
  hourly.errors,
  hourly.identities,
  round(usual.mean_errors, 1) AS usual_errors,
  round((hourly.errors - usual.mean_errors) / greatest(usual.deviation, 1e0), 1) AS deviations
FROM hourly
JOIN usual ON usual.recipientAccountId = hourly.recipientAccountId
WHERE hourly.in_hour >= :since
  AND hourly.errors >= usual.mean_errors + :deviations * greatest(usual.deviation, 1e0)
ORDER BY deviations DESC, in_hour, recipientAccountId
LIMIT 500
