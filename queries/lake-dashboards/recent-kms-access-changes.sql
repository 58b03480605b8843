/*---
name: recent-kms-access-changes
title: Most recent KMS key access changes
question: Who changed who can use a key, last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, key_id: string,
  grantee: string, identity: string, errorcode: string, eventid: string
  }
covers: ['Resource changes: Most recent KMS key access changes']
tags: [dashboard, kms, exposure, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  COALESCE(requestParameters.keyId, element_at(resources, 1).arn) AS key_id,
  requestParameters.granteePrincipal AS grantee,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN ('PutKeyPolicy', 'CreateGrant', 'RevokeGrant', 'RetireGrant', 'ReplicateKey', 'CreateKey')
  AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
