/*---
name: cis-console-sign-in-without-mfa
title: Console sign-in without MFA
question: Which IAM users signed in to the console without a second factor?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, username: string, arn: string, sourceipaddress: string,
  mfa_used: string, useragent: string, eventname: string, eventsource: string, eventid: string
  }
severity: medium
finding:
  summary: '{username} signed in from {sourceipaddress} without a second factor'
controls: [CIS v1.2 3.2, CIS v1.4 4.2, CIS v3.0 4.2, CIS v5.0 4.2, CIS v6.0 5.2, CloudWatch.3]
tags: [cis, sign-in]
notes:
  - Sign-ins through an identity provider or IAM Identity Center carry no MFAUsed of their own and are left out.
---*/
SELECT
  eventTime,
  recipientAccountId,
  userIdentity.userName,
  userIdentity.arn,
  sourceIPAddress,
  additionalEventData.MFAUsed AS mfa_used,
  userAgent,
  eventName,
  eventSource,
  eventID
FROM events
WHERE eventName = 'ConsoleLogin'
  AND userIdentity.type = 'IAMUser'
  AND responseElements.ConsoleLogin = 'Success'
  AND COALESCE(additionalEventData.MFAUsed, 'No') <> 'Yes'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
