/*---
name: top-actions-of-privileged-users
title: Top actions performed by potential IAM privileged users
question: Which changes do principals make who look like administrators?
params: [since, until]
columns: { principal: string, eventsource: string, eventname: string, calls: integer, errors: integer }
covers: ['User activity: Top actions performed by potential IAM privileged users']
tags: [dashboard, users, iam]
notes:
  - >-
    A trail does not say who holds which permissions. Taken as privileged are root, principals with admin or poweruser in their name, and
    principals that a stored event gave AdministratorAccess, PowerUserAccess or IAMFullAccess.
---*/
WITH granted AS (
  SELECT DISTINCT COALESCE(requestParameters.userName, requestParameters.roleName) AS name
  FROM events
  WHERE eventSource = 'iam.amazonaws.com'
    AND eventName IN ('AttachUserPolicy', 'AttachRolePolicy')
    AND errorCode IS NULL
    AND regexp_like(requestParameters.policyArn, '/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$')
    AND eventTime >= :since AND eventTime < :until
),
acting AS (
  SELECT
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    userIdentity.type AS identity_type,
    COALESCE(userIdentity.sessionContext.sessionIssuer.userName, userIdentity.userName) AS name,
    eventSource,
    eventName,
    errorCode,
    eventID
  FROM events
  WHERE readOnly = false
    AND userIdentity.type <> 'AWSService' AND userIdentity.invokedBy IS NULL
    AND COALESCE(managementEvent, true)
    AND eventTime >= :since AND eventTime < :until
)
SELECT
  principal,
  eventSource,
  eventName,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT CASE WHEN errorCode IS NOT NULL THEN eventID END) AS errors
FROM acting
WHERE identity_type = 'Root'
  OR regexp_like(lower(name), 'admin|poweruser')
  OR name IN (SELECT name FROM granted WHERE name IS NOT NULL)
GROUP BY 1, 2, 3
ORDER BY calls DESC, principal, eventSource, eventName
LIMIT 100
