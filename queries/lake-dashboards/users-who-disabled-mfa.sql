/*---
name: users-who-disabled-mfa
title: Users who disabled MFA
question: Who took away a second factor, and from whom?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, identity: string, taken_from: string,
  sourceipaddress: string, errorcode: string, eventid: string
  }
covers: ['Security monitoring: Users who disabled MFA']
tags: [dashboard, iam, mfa]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COALESCE(requestParameters.userName, requestParameters.serialNumber) AS taken_from,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventName IN ('DeactivateMFADevice', 'DeleteVirtualMFADevice')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
