/*---
name: recent-iam-user-changes
title: Recent IAM user changes
question: Which users were created, changed or deleted last?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, changed_user: string, identity: string,
  sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['IAM activity: Recent IAM user changes']
tags: [dashboard, iam, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  requestParameters.userName AS changed_user,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND readOnly = false
  AND requestParameters.userName IS NOT NULL
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
