/*---
name: database-reboots
title: Reboots of databases
question: Who restarted which database, with a failover?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, database: string, force_failover: string,
  identity: string, errorcode: string, eventid: string
  }
covers: [database-reboot-information]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  COALESCE(requestParameters.dBInstanceIdentifier, requestParameters.dBClusterIdentifier) AS database,
  requestParameters.forceFailover AS force_failover,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName IN ('RebootDBInstance', 'RebootDBCluster')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
