/*---
name: created-credentials
title: Credentials that were handed out
question: Which long-lived credentials (access keys, console passwords, service passwords, MFA devices, SSH keys) were made or changed, by whom, for whom?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, made_by: string, made_for: string,
  credential: string, sourceipaddress: string, errorcode: string, eventid: string
  }
tags: [investigation, iam, persistence]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS made_by,
  COALESCE(requestParameters.userName, userIdentity.userName) AS made_for,
  COALESCE(
    json_extract_scalar(responseElements, '$.accessKey.accessKeyId'),
    json_extract_scalar(responseElements, '$.sSHPublicKey.sSHPublicKeyId'),
    json_extract_scalar(responseElements, '$.serviceSpecificCredential.serviceSpecificCredentialId'),
    json_extract_scalar(responseElements, '$.virtualMFADevice.serialNumber')
  ) AS credential,
  sourceIPAddress,
  errorCode,
  eventID
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN (
    'CreateAccessKey', 'UpdateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'ChangePassword',
    'CreateServiceSpecificCredential', 'ResetServiceSpecificCredential', 'UploadSSHPublicKey', 'UploadSigningCertificate',
    'CreateVirtualMFADevice', 'EnableMFADevice'
  )
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
