/*---
name: insights-error-rate-by-source
title: API error rate Insights by event source
question: At which services, APIs and error codes did CloudTrail see unusual rates of errors?
params: [since, until]
columns: { event_source: string, event_name: string, error_code: string, insights: integer, highest_rate: double }
covers: ['Insights events: API error rate Insights by event source']
needs: [insight]
tags: [dashboard, insights, errors]
---*/
SELECT
  insightDetails.eventSource AS event_source,
  insightDetails.eventName AS event_name,
  insightDetails.errorCode AS error_code,
  COUNT(DISTINCT sharedEventID) AS insights,
  MAX(TRY_CAST(json_extract_scalar(insightDetails, '$.insightContext.statistics.insight.average') AS double)) AS highest_rate
FROM insights
WHERE insightDetails.insightType = 'ApiErrorRateInsight'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY insights DESC, event_source, event_name
LIMIT 100
