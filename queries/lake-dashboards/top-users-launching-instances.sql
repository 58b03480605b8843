/*---
name: top-users-launching-instances
title: Top users launching EC2 instances
question: Who launches most instances, of which types, in which Regions?
params: [since, until]
columns: { identity: string, launches: integer, instances: integer, instance_types: string, regions: string }
covers: ['EC2 activity: Top users launching EC2 instances']
tags: [dashboard, ec2, users]
---*/
SELECT
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS launches,
  SUM(COALESCE(json_array_length(json_extract(responseElements, '$.instancesSet.items')), 0)) AS instances,
  array_join(array_sort(array_agg(DISTINCT COALESCE(requestParameters.instanceType, 'unknown'))), ', ') AS instance_types,
  array_join(array_sort(array_agg(DISTINCT awsRegion)), ', ') AS regions
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName = 'RunInstances'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY launches DESC, identity
LIMIT 100
