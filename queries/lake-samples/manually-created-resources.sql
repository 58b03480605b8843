/*---
name: manually-created-resources
title: Resources made or changed by hand
question: Which resources did people create, change or delete themselves, not a service and not CloudFormation?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventsource: string, eventname: string, resource_type: string,
  resource_arn: string, identity: string, eventid: string
  }
covers: [list-all-manually-created-resources]
tags: [sample, resources]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventSource,
  eventName,
  resource.type AS resource_type,
  resource.arn AS resource_arn,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventID
FROM events
CROSS JOIN UNNEST(resources) AS resource (accountid, type, arn, arnprefix)
WHERE readOnly = false
  AND regexp_like(eventName, '^(Create|Update|Put|Delete)')
  AND errorCode IS NULL
  AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND COALESCE(managementEvent, true)
  AND COALESCE(userIdentity.sessionContext.sessionIssuer.userName, '') NOT LIKE 'AWSServiceRole%'
  AND sourceIPAddress <> 'cloudformation.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID, resource_arn
LIMIT 1000
