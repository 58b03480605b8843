/*---
name: publicly-accessible-databases
title: Databases made publicly accessible
question: Who created, restored or changed a database so that it can be reached from the internet?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  database: string, arn: string, sourceipaddress: string, eventid: string
  }
covers: [list-publicly-accessible-rds-instances]
severity: medium
finding:
  summary: '{database} was made publicly accessible with {eventname} by {arn}'
tags: [sample, rds, exposure]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(requestParameters.dBInstanceIdentifier, requestParameters.dBClusterIdentifier) AS database,
  userIdentity.arn,
  sourceIPAddress,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName IN (
    'CreateDBInstance', 'ModifyDBInstance', 'CreateDBCluster', 'CreateDBInstanceReadReplica', 'RestoreDBInstanceFromDBSnapshot',
    'RestoreDBInstanceToPointInTime'
  )
  AND requestParameters.publiclyAccessible = 'true'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
