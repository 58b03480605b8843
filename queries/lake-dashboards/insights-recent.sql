/*---
name: insights-recent
title: Insights events
question: Which unusual activity did CloudTrail report last, and how far was it above normal?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, state: string, insight_type: string,
  event_source: string, event_name: string, error_code: string, usual_rate: double, rate: double,
  sharedeventid: string, eventid: string
  }
covers: ['Insights events: Insights events']
needs: [insight]
tags: [dashboard, insights, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  insightDetails.state AS state,
  insightDetails.insightType AS insight_type,
  insightDetails.eventSource AS event_source,
  insightDetails.eventName AS event_name,
  insightDetails.errorCode AS error_code,
  TRY_CAST(json_extract_scalar(insightDetails, '$.insightContext.statistics.baseline.average') AS double) AS usual_rate,
  TRY_CAST(json_extract_scalar(insightDetails, '$.insightContext.statistics.insight.average') AS double) AS rate,
  sharedEventID,
  eventID
FROM insights
WHERE eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
