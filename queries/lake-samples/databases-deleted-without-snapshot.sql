/*---
name: databases-deleted-without-snapshot
title: Databases deleted without a last snapshot
question: Who deleted a database or a cluster and skipped the last snapshot?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  database: string, backups_deleted: string, arn: string, sourceipaddress: string, eventid: string
  }
covers: [rds-db-deleted-with-no-snapshot]
severity: high
finding:
  summary: '{database} was deleted without a last snapshot by {arn}'
tags: [sample, rds, destruction]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(requestParameters.dBClusterIdentifier, requestParameters.dBInstanceIdentifier) AS database,
  requestParameters.deleteAutomatedBackups AS backups_deleted,
  userIdentity.arn,
  sourceIPAddress,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName IN ('DeleteDBCluster', 'DeleteDBInstance')
  AND requestParameters.skipFinalSnapshot = 'true'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
