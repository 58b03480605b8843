/*---
name: identity-activity
title: What an identity did
question: Which calls did this user, role or session make, newest first, and which failed?
params:
  - { name: identity, type: string, description: 'ARN of a user, of a role (all its sessions), or of one session' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventsource: string, eventname: string,
  readonly: boolean, errorcode: string, sourceipaddress: string, useragent: string, arn: string,
  accesskeyid: string, eventid: string
  }
tags: [investigation, identity]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventSource,
  eventName,
  readOnly,
  errorCode,
  sourceIPAddress,
  userAgent,
  userIdentity.arn,
  userIdentity.accessKeyId,
  eventID
FROM events
WHERE (userIdentity.arn = :identity OR userIdentity.sessionContext.sessionIssuer.arn = :identity)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
