/*---
name: cis-organizations-changes
title: AWS Organizations changes
question: Who changed the organization - its accounts, units, policies or handshakes?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, target: string, arn: string,
  sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: medium
finding:
  summary: '{eventname} of {target} by {arn}'
controls: [CIS v1.4 4.15, CIS v3.0 4.15, CIS v5.0 4.15, CIS v6.0 5.15]
tags: [cis, organizations]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(
    requestParameters.policyId, requestParameters.targetId, requestParameters.accountId, requestParameters.organizationalUnitId,
    requestParameters.handshakeId, requestParameters.name, requestParameters.policyType
  ) AS target,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'organizations.amazonaws.com'
  AND eventName IN (
    'AcceptHandshake', 'AttachPolicy', 'CreateAccount', 'CreateOrganizationalUnit', 'CreatePolicy', 'DeclineHandshake',
    'DeleteOrganization', 'DeleteOrganizationalUnit', 'DeletePolicy', 'DetachPolicy', 'DisablePolicyType', 'EnablePolicyType',
    'InviteAccountToOrganization', 'LeaveOrganization', 'MoveAccount', 'RemoveAccountFromOrganization', 'UpdatePolicy',
    'UpdateOrganizationalUnit'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
