/*---
name: database-failovers
title: Failovers of database clusters
question: Who made a cluster fail over, to which instance?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, db_cluster: string, target: string,
  identity: string, errorcode: string, eventid: string
  }
covers: [database-failover-information]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  requestParameters.dBClusterIdentifier AS db_cluster,
  requestParameters.targetDBInstanceIdentifier AS target,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName = 'FailoverDBCluster'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
