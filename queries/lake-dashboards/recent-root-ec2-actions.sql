/*---
name: recent-root-ec2-actions
title: Recent EC2 actions by root user
question: What did the root user do in EC2 last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, sourceipaddress: string,
  useragent: string, errorcode: string, eventid: string
  }
covers: ['EC2 activity: Recent EC2 actions by root user']
tags: [dashboard, ec2, root, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  sourceIPAddress,
  userAgent,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND userIdentity.type = 'Root'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
