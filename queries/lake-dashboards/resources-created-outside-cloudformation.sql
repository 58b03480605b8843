/*---
name: resources-created-outside-cloudformation
title: Most recent resources created outside CloudFormation
question: What did people and programs create by themselves, not through a CloudFormation stack?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  identity: string, useragent: string, requestparameters: json, eventid: string
  }
covers: ['Resource changes: Most recent resources created outside CloudFormation']
tags: [dashboard, resources, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  userAgent,
  requestParameters,
  eventID
FROM events
WHERE readOnly = false AND regexp_like(eventName, '^(Create|Run|Allocate|Register|Launch|Import|Restore|Publish)')
  AND errorCode IS NULL
  AND COALESCE(managementEvent, true)
  AND userIdentity.type <> 'AWSService'
  AND COALESCE(userIdentity.invokedBy, '') <> 'cloudformation.amazonaws.com'
  AND sourceIPAddress <> 'cloudformation.amazonaws.com'
  AND userAgent <> 'cloudformation.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
