/*---
name: config-compliance-results
title: What AWS Config rules found
question: Which resources were reported as compliant or not, when?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, compliance: string, resource_type: string,
  resource_id: string, annotation: string, eventid: string
  }
covers: [resourceCompliance]
tags: [sample, config]
---*/
SELECT
  events.eventTime,
  events.recipientAccountId,
  events.awsRegion,
  json_extract_scalar(one.evaluation, '$.complianceType') AS compliance,
  json_extract_scalar(one.evaluation, '$.complianceResourceType') AS resource_type,
  json_extract_scalar(one.evaluation, '$.complianceResourceId') AS resource_id,
  json_extract_scalar(one.evaluation, '$.annotation') AS annotation,
  events.eventID
FROM events
CROSS JOIN UNNEST(CAST(json_extract(events.requestParameters, '$.evaluations') AS array(json))) AS one (evaluation)
WHERE events.eventSource = 'config.amazonaws.com'
  AND events.eventName = 'PutEvaluations'
  AND events.eventTime >= :since AND events.eventTime < :until
ORDER BY eventTime DESC, eventID, resource_id
LIMIT 1000
