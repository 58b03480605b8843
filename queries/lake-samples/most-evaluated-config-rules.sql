/*---
name: most-evaluated-config-rules
title: AWS Config rules evaluated most often
question: Which rules of AWS Config report evaluations most often?
params: [since, until]
columns: { config_rule: string, recipientaccountid: string, awsregion: string, calls: integer }
covers: [MostEvaluatedConfigRule]
tags: [sample, config]
---*/
SELECT
  COALESCE(additionalEventData.configRuleName, requestParameters.configRuleName, '(not named)') AS config_rule,
  recipientAccountId,
  awsRegion,
  COUNT(DISTINCT eventID) AS calls
FROM events
WHERE eventSource = 'config.amazonaws.com'
  AND eventName IN ('PutEvaluations', 'PutExternalEvaluation')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY calls DESC, config_rule
LIMIT 100
