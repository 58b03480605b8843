/*---
name: member-account-management
title: Member account management summary
question: Which accounts were created, invited, moved, removed or closed, how often and by whom?
params: [since, until]
columns: { eventname: string, member: string, identity: string, calls: integer, errors: integer, last_seen: timestamp }
covers: ['Organizations activity: Member account management summary']
tags: [dashboard, organizations]
---*/
SELECT
  eventName,
  COALESCE(requestParameters.accountId, requestParameters.email, requestParameters.accountName, '(none)') AS member,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS identity,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource IN ('organizations.amazonaws.com', 'account.amazonaws.com')
  AND eventName IN (
    'CreateAccount', 'CreateGovCloudAccount', 'InviteAccountToOrganization', 'RemoveAccountFromOrganization',
    'LeaveOrganization', 'CloseAccount', 'MoveAccount'
  )
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY last_seen DESC, eventName, member
LIMIT 100
