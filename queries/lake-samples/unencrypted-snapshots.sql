/*---
name: unencrypted-snapshots
title: Snapshots that are not encrypted
question: Which snapshots of volumes and databases were made without encryption?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  snapshot: string, made_of: string, arn: string, sourceipaddress: string, eventid: string
  }
covers: [find-snapshots-not-encrypted]
severity: low
finding:
  summary: 'snapshot {snapshot} was made without encryption by {arn}'
tags: [sample, ec2, rds, encryption]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  COALESCE(responseElements.snapshotId, responseElements.dBSnapshotIdentifier, responseElements.dBClusterSnapshotIdentifier) AS snapshot,
  COALESCE(requestParameters.volumeId, requestParameters.dBInstanceIdentifier, requestParameters.dBClusterIdentifier) AS made_of,
  userIdentity.arn,
  sourceIPAddress,
  eventID
FROM events
WHERE (
    (eventSource = 'ec2.amazonaws.com' AND eventName IN ('CreateSnapshot', 'CopySnapshot') AND responseElements.encrypted = 'false')
    OR (
      eventSource = 'rds.amazonaws.com'
      AND eventName IN ('CreateDBSnapshot', 'CreateDBClusterSnapshot')
      AND COALESCE(responseElements.encrypted, responseElements.storageEncrypted) = 'false'
    )
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
