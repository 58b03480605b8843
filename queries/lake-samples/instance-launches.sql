/*---
name: instance-launches
title: Instances that were launched
question: Who launched which instances, of which type, in which account and Region?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, identity: string, instance_type: string,
  instances: integer, first_instance: string, image: string, errorcode: string, eventid: string
  }
covers: [ec2-api-run-instances]
tags: [sample, ec2]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  requestParameters.instanceType AS instance_type,
  json_array_length(json_extract(responseElements, '$.instancesSet.items')) AS instances,
  json_extract_scalar(responseElements, '$.instancesSet.items[0].instanceId') AS first_instance,
  json_extract_scalar(responseElements, '$.instancesSet.items[0].imageId') AS image,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName = 'RunInstances'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
