/*---
name: cis-security-hub-disabled
title: Security Hub switched off
question: Who disabled Security Hub or one of its standards, or left its administrator?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, awsregion: string, eventname: string, arn: string,
  sourceipaddress: string, errorcode: string, eventsource: string, eventid: string
  }
severity: high
finding:
  summary: '{eventname} by {arn} in {awsregion}'
controls: [CIS v1.4 4.16, CIS v3.0 4.16, CIS v5.0 4.16, CIS v6.0 5.16]
tags: [cis, security-hub, evasion]
notes:
  - The control asks for Security Hub to be on. Events tell of its being switched off, not of a Region where it never was on.
---*/
SELECT
  eventTime,
  recipientAccountId,
  awsRegion,
  eventName,
  userIdentity.arn,
  sourceIPAddress,
  errorCode,
  eventSource,
  eventID
FROM events
WHERE eventSource = 'securityhub.amazonaws.com'
  AND eventName IN (
    'DisableSecurityHub', 'DisableSecurityHubV2', 'BatchDisableStandards', 'DisassociateFromAdministratorAccount',
    'DisassociateFromMasterAccount', 'DisassociateMembers', 'DeleteMembers', 'DisableOrganizationAdminAccount'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
