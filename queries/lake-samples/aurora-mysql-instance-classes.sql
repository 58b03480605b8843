/*---
name: aurora-mysql-instance-classes
title: Instance classes of Aurora MySQL
question: Of which instance class are the Aurora MySQL instances that were created?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, db_instance: string, db_cluster: string,
  instance_class: string, identity: string, eventid: string
  }
covers: [aurora-mysql-databases-with-instance-class-information]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  requestParameters.dBInstanceIdentifier AS db_instance,
  requestParameters.dBClusterIdentifier AS db_cluster,
  requestParameters.dBInstanceClass AS instance_class,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName = 'CreateDBInstance'
  AND requestParameters.engine = 'aurora-mysql'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
