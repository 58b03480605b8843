/*---
name: recent-service-control-policy-changes
title: Recent service control policy changes
question: Who created, changed, attached or detached a policy of the organization last?
params: [since, until]
columns: {
  eventtime: timestamp, eventname: string, policy: string, target: string, identity: string, errorcode: string,
  eventid: string
  }
covers: ['Organizations activity: Recent service control policy changes']
tags: [dashboard, organizations, recent]
---*/
SELECT
  eventTime,
  eventName,
  COALESCE(requestParameters.policyId, json_extract_scalar(responseElements, '$.policy.policySummary.id'), requestParameters.name) AS policy,
  requestParameters.targetId AS target,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'organizations.amazonaws.com'
  AND eventName IN (
    'CreatePolicy', 'UpdatePolicy', 'DeletePolicy', 'AttachPolicy', 'DetachPolicy', 'EnablePolicyType', 'DisablePolicyType'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
