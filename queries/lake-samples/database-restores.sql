/*---
name: database-restores
title: Clusters restored to a point in time
question: Who restored which cluster, to which time, under which name?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, source_cluster: string,
  new_cluster: string, restored_to: string, identity: string, errorcode: string, eventid: string
  }
covers: [db-cluster-point-in-time-restore]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  requestParameters.sourceDBClusterIdentifier AS source_cluster,
  requestParameters.dBClusterIdentifier AS new_cluster,
  COALESCE(requestParameters.restoreToTime, requestParameters.useLatestRestorableTime) AS restored_to,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName = 'RestoreDBClusterToPointInTime'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
