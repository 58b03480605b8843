/*---
name: top-errors-by-message
title: Top errors by error message
question: Which error messages come most often?
params: [since, until]
columns: { errormessage: string, error_code: string, errors: integer, apis: integer }
covers: ['Error analysis: Top errors by error message']
tags: [dashboard, errors]
---*/
SELECT
  errorMessage,
  COALESCE(errorCode, '(none)') AS error_code,
  COUNT(DISTINCT eventID) AS errors,
  COUNT(DISTINCT eventName) AS apis
FROM events
WHERE errorMessage IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY errors DESC, errorMessage
LIMIT 100
