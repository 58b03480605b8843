/*---
name: who-launched-instance
title: Who launched an instance
question: Who launched this instance, when, from where?
params:
  - { name: instance_id, type: string, description: 'the instance, i-...' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, identity: string,
  accesskeyid: string, sourceipaddress: string, useragent: string, eventid: string
  }
covers: [iam-principal-by-launched-ec2-instance-id]
tags: [sample, ec2]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userIdentity.accessKeyId,
  sourceIPAddress,
  userAgent,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('RunInstances', 'CreateFleet')
  AND (
    strpos(responseElements.instancesSet, '"instanceId":"' || :instance_id || '"') > 0
    OR strpos(json_format(json_extract(responseElements, '$.CreateFleetResponse')), '"' || :instance_id || '"') > 0
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 10
