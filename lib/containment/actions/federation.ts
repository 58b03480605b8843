import type { ApiCall } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { type Builder, drafted, eventTarget, onObject } from '../draft.ts'
import { shaped } from '../ids.ts'
import { check, iamCalls, when } from './checks.ts'

/** Ways into an account that are no IAM user: certificates, delegation, tokens for the outside. */

const ANYWHERE: Readonly<Record<string, 'profile' | 'trustAnchor'>> = {
  CreateProfile: 'profile',
  UpdateProfile: 'profile',
  EnableProfile: 'profile',
  CreateTrustAnchor: 'trustAnchor',
  UpdateTrustAnchor: 'trustAnchor',
  EnableTrustAnchor: 'trustAnchor',
}

/**
 * Disables the IAM Roles Anywhere profile or trust anchor that an event made, changed or enabled.
 * https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableTrustAnchor.html
 */
export const disableRolesAnywhere: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  const kind = Object.hasOwn(ANYWHERE, name) ? ANYWHERE[name] : undefined
  if (!kind || event.eventSource !== 'rolesanywhere.amazonaws.com') return undefined
  return onObject(context, 'Disable IAM Roles Anywhere', ({ partition, accountId, region }, refuse) => {
    const field = `${kind}Id`
    const id = shaped(
      'UUID',
      at(event.responseElements, kind, field) ?? at(event.requestParameters, field),
      `responseElements.${kind}.${field}`,
    )
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    const noun = kind === 'profile' ? 'Profile' : 'TrustAnchor'
    const what = kind === 'profile' ? 'profile' : 'trust anchor'
    const call = (way: string): ApiCall => ({
      service: 'rolesanywhere',
      operation: `${way}${noun}`,
      input: { [field]: id.value },
      region,
    })
    return drafted(context, partition, id.value, {
      type: 'disable-roles-anywhere',
      tier: 2,
      title: `Disable Roles Anywhere ${what} ${id.value} in ${region}`,
      target: {
        kind: kind === 'profile' ? 'roles-anywhere-profile' : 'roles-anywhere-trust-anchor',
        id: id.value,
        accountId,
        region,
      },
      blastRadius: `Every machine that gets credentials through this ${what}: none gets new ones.`,
      snapshot: [call('Get')],
      calls: [call('Disable')],
      permissions: [
        `rolesanywhere:Get${noun}`,
        `rolesanywhere:Disable${noun}`,
        `rolesanywhere:Enable${noun}`,
      ],
      reversibility: 'exact',
      undo: [when(call('Enable'), 0, `${kind}.enabled`)],
      undoNote: `Only when the owner says that the ${what} is theirs.`,
      done: [check(call('Get'), `${kind}.enabled`, false, 'ResourceNotFoundException')],
      verify: [`Get${noun} shows enabled false; CreateSession through it fails in the log.`],
      limits: [
        'Sessions that exist keep working: revoke the sessions of the roles behind it.',
        'Other trust anchors and profiles stay: look at them.',
      ],
      nodes: [],
    })
  })
}

/**
 * Rejects a request for temporary delegation that an event made.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_RejectDelegationRequest.html
 */
export const rejectDelegation: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'CreateDelegationRequest') return undefined
  return onObject(context, 'Reject a delegation request', ({ partition, accountId }, refuse) => {
    const id = shaped(
      'delegation request id',
      at(event.responseElements, 'delegationRequestId'),
      'responseElements.delegationRequestId',
    )
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    const call = (operation: string) => iamCalls(partition)(operation, { DelegationRequestId: id.value })
    return drafted(context, partition, id.value, {
      type: 'reject-delegation',
      tier: 2,
      title: `Reject delegation request ${id.value}`,
      target: { kind: 'delegation-request', id: id.value, accountId },
      blastRadius: 'Whoever asked for the delegation does not get it, and has to ask again.',
      snapshot: [call('GetDelegationRequest')],
      calls: [call('RejectDelegationRequest')],
      permissions: ['iam:GetDelegationRequest', 'iam:RejectDelegationRequest'],
      reversibility: 'no',
      undo: [],
      undoNote: 'A rejected request stays rejected: a new one has to be made.',
      done: [check(call('GetDelegationRequest'), 'DelegationRequest.State', 'REJECTED', 'NoSuchEntity')],
      verify: ['GetDelegationRequest shows State REJECTED.'],
      limits: ['Access that was already delegated lives until it expires: deny the principal behind it.'],
      nodes: [],
    })
  })
}

/**
 * Switches off that the account hands out web identity tokens for services outside, when an event switched it on. Account-wide.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOutboundWebIdentityFederation.html
 */
export const disableOutboundFederation: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'EnableOutboundWebIdentityFederation') return undefined
  return onObject(context, 'Disable outbound web identity federation', ({ partition, accountId }) => {
    const iam = iamCalls(partition)
    const info = iam('GetOutboundWebIdentityFederationInfo')
    return drafted(context, partition, `account:${accountId}`, {
      type: 'disable-outbound-federation',
      tier: 2,
      title: `Disable outbound web identity federation of account ${accountId}`,
      target: { kind: 'account', id: accountId, accountId },
      blastRadius: `Everything in account ${accountId} that signs in to services outside of AWS with tokens of its own.`,
      snapshot: [info],
      calls: [iam('DisableOutboundWebIdentityFederation')],
      permissions: [
        'iam:GetOutboundWebIdentityFederationInfo',
        'iam:DisableOutboundWebIdentityFederation',
        'iam:EnableOutboundWebIdentityFederation',
      ],
      reversibility: 'partly',
      undo: [when(iam('EnableOutboundWebIdentityFederation'), 0, 'JwtVendingEnabled')],
      undoNote: 'Whether the issuer is the same again is not known: compare it where it is trusted.',
      done: [check(info, 'JwtVendingEnabled', false, 'FeatureDisabled')],
      verify: ['GetOutboundWebIdentityFederationInfo answers FeatureDisabled, or JwtVendingEnabled false.'],
      limits: ['Tokens that were handed out are valid outside until they expire.'],
      nodes: [],
    })
  })
}
