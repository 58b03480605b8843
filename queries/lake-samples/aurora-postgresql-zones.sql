/*---
name: aurora-postgresql-zones
title: Availability Zones of Aurora PostgreSQL
question: In which Availability Zones are the Aurora PostgreSQL instances that were created?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, db_instance: string, zone: string,
  multi_az: string, identity: string, eventid: string
  }
covers: [aurora-postgresql-databases-with availability-zone-information]
tags: [sample, rds]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  requestParameters.dBInstanceIdentifier AS db_instance,
  COALESCE(requestParameters.availabilityZone, responseElements.availabilityZone) AS zone,
  responseElements.multiAZ AS multi_az,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventID
FROM events
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName = 'CreateDBInstance'
  AND requestParameters.engine = 'aurora-postgresql'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
