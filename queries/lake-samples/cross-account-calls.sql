/*---
name: cross-account-calls
title: Calls from another account
question: Which calls came from an identity of another account than the one that received them?
params: [since, until]
columns: {
  eventtime: timestamp, caller_account: string, recipientaccountid: string, identity: string, eventsource: string,
  eventname: string, sourceipaddress: string, errorcode: string, eventid: string
  }
covers: [cross-account-access]
tags: [sample, cross-account]
---*/
SELECT
  eventTime,
  userIdentity.accountId AS caller_account,
  recipientAccountId,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  eventSource,
  eventName,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE userIdentity.accountId <> recipientAccountId
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
