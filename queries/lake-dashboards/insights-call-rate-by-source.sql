/*---
name: insights-call-rate-by-source
title: API call rate Insights by event source
question: At which services and APIs did CloudTrail see unusual rates of calls?
params: [since, until]
columns: { event_source: string, event_name: string, insights: integer, highest_rate: double }
covers: ['Insights events: API call rate Insights by event source']
needs: [insight]
tags: [dashboard, insights]
---*/
SELECT
  insightDetails.eventSource AS event_source,
  insightDetails.eventName AS event_name,
  COUNT(DISTINCT sharedEventID) AS insights,
  MAX(TRY_CAST(json_extract_scalar(insightDetails, '$.insightContext.statistics.insight.average') AS double)) AS highest_rate
FROM insights
WHERE insightDetails.insightType = 'ApiCallRateInsight'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY insights DESC, event_source, event_name
LIMIT 100
