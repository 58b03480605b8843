/*---
name: insights-top-users
title: Insights by top users
question: Which identities does CloudTrail name as the cause of insights?
params: [since, until]
columns: { identity: string, insights: integer, highest_rate: double }
covers: ['Insights events: Insights by top users']
needs: [insight]
tags: [dashboard, insights, users]
---*/
WITH attributed AS (
  SELECT
    sharedEventID,
    CASE 'userIdentityArn'
      WHEN json_extract_scalar(insightDetails, '$.insightContext.attributions[0].attribute')
        THEN json_extract(insightDetails, '$.insightContext.attributions[0].insight')
      WHEN json_extract_scalar(insightDetails, '$.insightContext.attributions[1].attribute')
        THEN json_extract(insightDetails, '$.insightContext.attributions[1].insight')
      WHEN json_extract_scalar(insightDetails, '$.insightContext.attributions[2].attribute')
        THEN json_extract(insightDetails, '$.insightContext.attributions[2].insight')
    END AS callers
  FROM insights
  WHERE eventTime >= :since AND eventTime < :until
),
named AS (
  SELECT
    sharedEventID,
    json_extract_scalar(caller, '$.value') AS identity,
    TRY_CAST(json_extract_scalar(caller, '$.average') AS double) AS calls_per_minute
  FROM attributed
  CROSS JOIN UNNEST(ARRAY[
    json_array_get(callers, 0), json_array_get(callers, 1), json_array_get(callers, 2), json_array_get(callers, 3), json_array_get(callers, 4)
  ]) AS one (caller)
)
SELECT
  identity,
  COUNT(DISTINCT sharedEventID) AS insights,
  MAX(calls_per_minute) AS highest_rate
FROM named
WHERE identity IS NOT NULL
GROUP BY identity
ORDER BY insights DESC, identity
LIMIT 100
