/*---
name: flat-events
title: Events, every nested value in a column
question: What do the events say, without nested rows?
params: [since, until]
columns: {
  eventversion: string, identity_type: string, identity_principal_id: string, identity_arn: string,
  identity_account_id: string, identity_access_key_id: string, identity_user_name: string,
  session_began: timestamp, session_mfa: string, issuer_type: string, issuer_principal_id: string,
  issuer_arn: string, issuer_account_id: string, issuer_user_name: string, federated_provider: string,
  source_identity: string, on_behalf_of_user_id: string, invoked_by: string, eventtime: timestamp,
  eventsource: string, eventname: string, awsregion: string, sourceipaddress: string, useragent: string,
  errorcode: string, errormessage: string, requestparameters: json, responseelements: json,
  additionaleventdata: json, requestid: string, eventid: string, readonly: boolean, eventtype: string,
  managementevent: boolean, recipientaccountid: string, sharedeventid: string, vpcendpointid: string,
  eventcategory: string, tls_version: string, tls_cipher_suite: string, tls_host: string,
  sessioncredentialfromconsole: string
  }
covers: [list-all-events-in-a-flatten-table-format]
needs: [management]
tags: [sample, export]
---*/
SELECT
  eventVersion,
  userIdentity.type AS identity_type,
  userIdentity.principalId AS identity_principal_id,
  userIdentity.arn AS identity_arn,
  userIdentity.accountId AS identity_account_id,
  userIdentity.accessKeyId AS identity_access_key_id,
  userIdentity.userName AS identity_user_name,
  userIdentity.sessionContext.attributes.creationDate AS session_began,
  userIdentity.sessionContext.attributes.mfaAuthenticated AS session_mfa,
  userIdentity.sessionContext.sessionIssuer.type AS issuer_type,
  userIdentity.sessionContext.sessionIssuer.principalId AS issuer_principal_id,
  userIdentity.sessionContext.sessionIssuer.arn AS issuer_arn,
  userIdentity.sessionContext.sessionIssuer.accountId AS issuer_account_id,
  userIdentity.sessionContext.sessionIssuer.userName AS issuer_user_name,
  userIdentity.sessionContext.webIdFederationData.federatedProvider AS federated_provider,
  userIdentity.sessionContext.sourceIdentity AS source_identity,
  userIdentity.onBehalfOf.userId AS on_behalf_of_user_id,
  userIdentity.invokedBy AS invoked_by,
  eventTime,
  eventSource,
  eventName,
  awsRegion,
  sourceIPAddress,
  userAgent,
  errorCode,
  errorMessage,
  requestParameters,
  responseElements,
  additionalEventData,
  requestID,
  eventID,
  readOnly,
  eventType,
  managementEvent,
  recipientAccountId,
  sharedEventID,
  vpcEndpointId,
  eventCategory,
  tlsDetails.tlsVersion AS tls_version,
  tlsDetails.cipherSuite AS tls_cipher_suite,
  tlsDetails.clientProvidedHostHeader AS tls_host,
  sessionCredentialFromConsole
FROM events
WHERE eventTime >= :since AND eventTime < :until
ORDER BY eventTime, eventID
LIMIT 1000
