/*---
name: insights-by-date
title: Insights by date
question: How many insights began on each day, by type?
params: [since, until]
columns: { day: date, insight_type: string, insights: integer }
covers: ['Insights events: Insights by date']
needs: [insight]
tags: [dashboard, insights, trend]
---*/
SELECT
  DATE(eventTime) AS day,
  insightDetails.insightType AS insight_type,
  COUNT(DISTINCT sharedEventID) AS insights
FROM insights
WHERE insightDetails.state = 'Start'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY day, insight_type
LIMIT 1000
