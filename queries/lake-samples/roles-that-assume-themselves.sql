/*---
name: roles-that-assume-themselves
title: Roles that assume themselves
question: Which roles take themselves again from within their own session? Harmless as a rule, and no longer allowed without the trust policy saying so.
params: [since, until]
columns: { role_arn: string, calls: integer, errors: integer, last_seen: timestamp }
covers: [SelfAssumeRole]
tags: [sample, sts]
---*/
SELECT
  userIdentity.sessionContext.sessionIssuer.arn AS role_arn,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 'sts.amazonaws.com'
  AND eventName = 'AssumeRole'
  AND userIdentity.sessionContext.sessionIssuer.arn = COALESCE(element_at(resources, 1).arn, requestParameters.roleArn)
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, role_arn
LIMIT 100
