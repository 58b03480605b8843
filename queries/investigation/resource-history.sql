/*---
name: resource-history
title: What was done to a resource
question: Who created, changed, read or deleted this resource, in which order?
params:
  - { name: resource, type: string, description: 'ARN, name or id, as it stands in the request, the answer or the list of resources' }
  - since
  - until
columns: {
  eventtime: timestamp, eventsource: string, eventname: string, identity: string, sourceipaddress: string,
  errorcode: string, requestparameters: json, eventid: string
  }
tags: [investigation, resource]
---*/
SELECT
  eventTime,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  requestParameters,
  eventID
FROM events
WHERE (
    any_match(resources, resource -> resource.arn = :resource)
    OR contains(map_values(requestParameters), :resource)
    OR contains(map_values(responseElements), :resource)
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
