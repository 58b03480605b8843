/*---
name: role-session-activity
title: What one session of a role did
question: Which calls did this session of a role make, from where?
params:
  - { name: role_name, type: string, description: 'name of the role' }
  - { name: session_name, type: string, description: 'name of the session: what follows the last / of its ARN' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  errorcode: string, sourceipaddress: string, useragent: string, accesskeyid: string, session_began: timestamp,
  source_identity: string, eventid: string
  }
tags: [investigation, identity, sts]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  errorCode,
  sourceIPAddress,
  userAgent,
  userIdentity.accessKeyId,
  userIdentity.sessionContext.attributes.creationDate AS session_began,
  userIdentity.sessionContext.sourceIdentity AS source_identity,
  eventID
FROM events
WHERE userIdentity.type = 'AssumedRole'
  AND userIdentity.sessionContext.sessionIssuer.userName = :role_name
  AND split_part(userIdentity.arn, '/', 3) = :session_name
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
