/*---
name: cis-unauthorized-api-calls
title: Unauthorized API calls
question: Which principals were denied, on which day, how often and by how many APIs?
params: [since, until]
columns: {
  recipientaccountid: string, principal: string, day: date, denied: integer, apis: integer, api_list: string,
  eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, principal, day]
  summary: '{principal} was denied {denied} calls of {apis} APIs on {day}'
controls: [CIS v1.2 3.1, CIS v1.4 4.1, CIS v3.0 4.1, CIS v5.0 4.1, CIS v6.0 5.1, CloudWatch.2]
tags: [cis, errors]
---*/
SELECT
  recipientAccountId,
  COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
  DATE(eventTime) AS day,
  COUNT(DISTINCT eventID) AS denied,
  COUNT(DISTINCT eventName) AS apis,
  array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS api_list,
  MAX(eventTime) AS eventTime
FROM events
WHERE (errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%')
  AND sourceIPAddress <> 'delivery.logs.amazonaws.com'
  AND eventName <> 'HeadBucket'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY denied DESC, principal, day
LIMIT 1000
