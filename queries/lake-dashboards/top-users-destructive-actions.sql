/*---
name: top-users-destructive-actions
title: Top users making destructive actions
question: Who deletes, terminates, detaches or disables most often?
params: [since, until]
columns: { identity: string, calls: integer, succeeded: integer, api_list: string }
covers: ['User activity: Top users making destructive actions']
tags: [dashboard, users, destruction]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NULL THEN eventID END) AS succeeded,
  array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS api_list
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Delete|Terminate|Remove|Detach|Disable|Deregister|Purge|Revoke|Schedule.*Deletion)')
  AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND COALESCE(managementEvent, true)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, identity
LIMIT 100
