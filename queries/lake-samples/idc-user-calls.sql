/*---
name: idc-user-calls
title: What an Identity Center user did
question: Which APIs did the sessions of this user call, how often?
params:
  - { name: user, type: string, description: 'name of the user in IAM Identity Center, as it ends the session' }
  - since
  - until
columns: {
  recipientaccountid: string, role_name: string, eventsource: string, eventname: string, calls: integer,
  errors: integer
  }
covers: [iam-idc-user-count-and-group-activity]
tags: [sample, identity-center]
---*/
SELECT
  recipientAccountId,
  userIdentity.sessionContext.sessionIssuer.userName AS role_name,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM events
WHERE split_part(userIdentity.principalId, ':', 2) = :user
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, eventSource, eventName
LIMIT 1000
