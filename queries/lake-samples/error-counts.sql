/*---
name: error-counts
title: Errors, counted
question: Which error codes and messages come most often?
params: [since, until]
columns: { errorcode: string, errormessage: string, errors: integer }
covers: [top-errors]
tags: [sample, errors]
---*/
SELECT
  errorCode,
  errorMessage,
  COUNT(DISTINCT eventID) AS errors
FROM events
WHERE (errorCode IS NOT NULL OR errorMessage IS NOT NULL)
  AND eventTime >= :since AND eventTime < :until
GROUP BY errorCode, errorMessage
ORDER BY errors DESC, errorCode, errorMessage
LIMIT 100
