/*---
name: insight-types
title: Insight types
question: How many insights of which type did CloudTrail find?
params: [since, until]
columns: { insight_type: string, insights: integer }
covers: ['Insights events: Insight types']
needs: [insight]
tags: [dashboard, insights]
---*/
SELECT
  insightDetails.insightType AS insight_type,
  COUNT(DISTINCT sharedEventID) AS insights
FROM insights
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY insights DESC, insight_type
LIMIT 100
