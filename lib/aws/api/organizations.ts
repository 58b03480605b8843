import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DetachPolicyCommand,
  ListPoliciesCommand,
  ListPoliciesForTargetCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import type { ApiService } from './service.ts'

/** Everything of organizations that containment reads, changes and puts back. */
export const organizations: ApiService = {
  client: (settings) => new OrganizationsClient(settings),
  operations: {
    AttachPolicy: AttachPolicyCommand,
    CreatePolicy: CreatePolicyCommand,
    DetachPolicy: DetachPolicyCommand,
    ListPolicies: ListPoliciesCommand,
    ListPoliciesForTarget: ListPoliciesForTargetCommand,
  },
}
