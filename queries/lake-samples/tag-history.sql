/*---
name: tag-history
title: Tags of a resource
question: Who put which tags on this resource, or took them away?
params:
  - { name: resource_id, type: string, description: 'id of the resource in EC2, such as i-0abc' }
  - since
  - until
columns: {
  eventtime: timestamp, eventname: string, tag_key: string, tag_value: string, identity: string,
  errorcode: string, eventid: string
  }
covers: [tag-history-by-resource]
tags: [sample, ec2, tags]
---*/
SELECT
  events.eventTime,
  events.eventName,
  json_extract_scalar(one.tag, '$.key') AS tag_key,
  json_extract_scalar(one.tag, '$.value') AS tag_value,
  COALESCE(events.userIdentity.arn, events.userIdentity.invokedBy, events.userIdentity.principalId) AS identity,
  events.errorCode,
  events.eventID
FROM events
CROSS JOIN UNNEST(CAST(json_extract(events.requestParameters, '$.tagSet.items') AS array(json))) AS one (tag)
WHERE events.eventSource = 'ec2.amazonaws.com'
  AND events.eventName IN ('CreateTags', 'DeleteTags')
  AND strpos(requestParameters.resourcesSet, '"' || :resource_id || '"') > 0
  AND events.eventTime >= :since AND events.eventTime < :until
ORDER BY eventTime, eventID, tag_key
LIMIT 1000
