import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetAccessKeyLastUsedCommand,
  GetDelegationRequestCommand,
  GetGroupCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListRolePoliciesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListUserPoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RejectDelegationRequestCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateServiceSpecificCredentialCommand,
  UpdateSigningCertificateCommand,
  UpdateSSHPublicKeyCommand,
} from '@aws-sdk/client-iam'
import { codeOf } from '../retry.ts'
import type { ApiService } from './service.ts'

/** Everything of iam that containment reads, changes and puts back. */
export const iam: ApiService = {
  client: (settings) => withQuotas(new IAMClient(settings)),
  operations: {
    AttachGroupPolicy: AttachGroupPolicyCommand,
    AttachRolePolicy: AttachRolePolicyCommand,
    AttachUserPolicy: AttachUserPolicyCommand,
    DeleteRolePermissionsBoundary: DeleteRolePermissionsBoundaryCommand,
    DeleteRolePolicy: DeleteRolePolicyCommand,
    DeleteUserPermissionsBoundary: DeleteUserPermissionsBoundaryCommand,
    DeleteUserPolicy: DeleteUserPolicyCommand,
    DetachGroupPolicy: DetachGroupPolicyCommand,
    DetachRolePolicy: DetachRolePolicyCommand,
    DetachUserPolicy: DetachUserPolicyCommand,
    DisableOutboundWebIdentityFederation: DisableOutboundWebIdentityFederationCommand,
    EnableOutboundWebIdentityFederation: EnableOutboundWebIdentityFederationCommand,
    GetAccessKeyLastUsed: GetAccessKeyLastUsedCommand,
    GetDelegationRequest: GetDelegationRequestCommand,
    GetGroup: GetGroupCommand,
    GetOutboundWebIdentityFederationInfo: GetOutboundWebIdentityFederationInfoCommand,
    GetRole: GetRoleCommand,
    GetRolePolicy: GetRolePolicyCommand,
    GetUser: GetUserCommand,
    GetUserPolicy: GetUserPolicyCommand,
    ListAccessKeys: ListAccessKeysCommand,
    ListAttachedGroupPolicies: ListAttachedGroupPoliciesCommand,
    ListAttachedRolePolicies: ListAttachedRolePoliciesCommand,
    ListAttachedUserPolicies: ListAttachedUserPoliciesCommand,
    ListRolePolicies: ListRolePoliciesCommand,
    ListSSHPublicKeys: ListSSHPublicKeysCommand,
    ListServiceSpecificCredentials: ListServiceSpecificCredentialsCommand,
    ListSigningCertificates: ListSigningCertificatesCommand,
    ListUserPolicies: ListUserPoliciesCommand,
    PutRolePermissionsBoundary: PutRolePermissionsBoundaryCommand,
    PutRolePolicy: PutRolePolicyCommand,
    PutUserPermissionsBoundary: PutUserPermissionsBoundaryCommand,
    PutUserPolicy: PutUserPolicyCommand,
    RejectDelegationRequest: RejectDelegationRequestCommand,
    UpdateAccessKey: UpdateAccessKeyCommand,
    UpdateAssumeRolePolicy: UpdateAssumeRolePolicyCommand,
    UpdateSSHPublicKey: UpdateSSHPublicKeyCommand,
    UpdateServiceSpecificCredential: UpdateServiceSpecificCredentialCommand,
    UpdateSigningCertificate: UpdateSigningCertificateCommand,
  },
}

/**
 * A quota that is used up stays used up: the SDK takes `LimitExceededException` for throttling and would wait a minute before it says so.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
 */
const withQuotas = (client: IAMClient): IAMClient => {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args)
      } catch (error) {
        if (error instanceof Error && codeOf(error) === 'LimitExceeded') error.name = 'LimitExceeded'
        throw error
      }
    },
    { step: 'deserialize', priority: 'high', name: 'quotasAreNoThrottling' },
  )
  return client
}
