import type { ActionType, ApiCall, ContainmentAction } from '../../action.ts'
import { at, type CloudTrailEvent, identityOf } from '../../trail/event.ts'
import {
  type Builder,
  type Context,
  drafted,
  eventTarget,
  idOf,
  inlinePolicyName,
  onObject,
  type Refusal,
} from '../draft.ts'
import { guardActor, isProtectedActor, matchesGlob, refuseUnauthenticated } from '../guard.ts'
import { type Checked, isShaped, type Partition, parseArn, partitionOfRegion, shaped } from '../ids.ts'
import { denyEverybodyBut, denyPrincipal, denyWorkforceUser } from '../policies.ts'
import { isRoot } from '../subject.ts'
import { check, fromCall, fromSnapshot, USER_SESSION_SECONDS, when } from './checks.ts'

/**
 * Service control policies, for accounts of an organization that the configuration names; without one nothing here is proposed. They are attached from outside of the account, so that nobody inside can take them off, and they
 * reach root of a member account. They never reach the management account.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */

/** A policy of our own name, and the account it is attached to. */
interface Quarantine {
  readonly type: ActionType
  readonly key: string
  readonly partition: Partition
  readonly accountId: string
  readonly content: string
  readonly title: string
  readonly target: ContainmentAction['target']
  readonly blastRadius: string
  readonly limits: readonly string[]
  readonly more?: Pick<ContainmentAction, 'quiet' | 'keepSeconds'>
}

/** The account a policy may be attached to, or why none may. */
const memberAccount = (context: Context, accountId: string): Checked<string> => {
  const management = context.organization?.managementAccountId
  if (!isShaped('account id', management))
    return { reason: 'organization.managementAccountId: expected 12 digits' }
  if (management === accountId)
    return { reason: `${accountId} is the management account: no service control policy reaches it` }
  return shaped('account id', accountId, 'recipientAccountId')
}

/**
 * Denies everything to one principal in the whole account: a user, a role, or root of a member account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export const quarantinePrincipal: Builder = (context) => {
  if (!context.organization) return undefined
  const { event } = context
  const who = isRoot(event) ? rootOf(context) : guardActor(event, context.protectedPrincipals)
  const refuse = (target: string, reason: string): Refusal => ({ title: TITLE, target, reason })
  if ('reason' in who) return refuse(identityOf(event).arn || eventTarget(event), who.reason)
  const { arn, id, accountId, partition } = who.value
  const member = memberAccount(context, accountId)
  if ('reason' in member) return refuse(arn, member.reason)
  return quarantine(context, {
    type: 'quarantine-principal',
    key: id,
    partition,
    accountId,
    content: denyPrincipal(arn),
    title: `${TITLE} ${arn} by service control policy`,
    target: { kind: 'principal', id, arn, accountId },
    blastRadius: `${arn}: everything it does, with every key and session, until the policy is detached. Nobody else.`,
    limits: isRoot(event)
      ? ['Who holds the root password or the mailbox of the account can still sign in: change both.']
      : ['Roles it has already assumed keep their sessions: revoke them at the role.'],
    more: { quiet: { principalId: id }, keepSeconds: USER_SESSION_SECONDS },
  })
}

const TITLE = 'Quarantine'

/** Root of this account, when it did authenticate. */
const rootOf = ({
  event,
  protectedPrincipals,
}: Context): Checked<{
  readonly arn: string
  readonly id: string
  readonly accountId: string
  readonly partition: Partition
}> => {
  const who = identityOf(event)
  if (!isShaped('account id', who.accountId) || who.accountId !== event.recipientAccountId)
    return { reason: 'the event is not about root of its own account' }
  const reason = refuseUnauthenticated(event)
  if (reason) return { reason }
  if (isProtectedActor(event, protectedPrincipals))
    return { reason: "protected by the owner's configuration" }
  const partition = parseArn(who.arn)?.partition ?? partitionOfRegion(String(event.awsRegion))
  const arn = `arn:${partition}:iam::${who.accountId}:root`
  return { value: { arn, id: who.accountId, accountId: who.accountId, partition } }
}

/**
 * Denies everything to everybody in an account but the exempt roles of the configuration. The last resort: a whole account stands still.
 */
export const quarantineAccount: Builder = (context) => {
  if (!context.organization) return undefined
  return onObject(context, 'Quarantine account', ({ accountId, partition }, refuse) => {
    const member = memberAccount(context, accountId)
    if ('reason' in member) return refuse(accountId, member.reason)
    const exempt = context.organization?.exempt ?? []
    if (exempt.length === 0 || !exempt.every(isExemption)) {
      return refuse(
        accountId,
        'the configuration names no ARN of a way back in (break-glass role, responder): nobody could undo it',
      )
    }
    return quarantine(context, {
      type: 'quarantine-account',
      key: accountId,
      partition,
      accountId,
      content: denyEverybodyBut(exempt.toSorted()),
      title: `Quarantine account ${accountId} by service control policy`,
      target: { kind: 'account', id: accountId, accountId },
      blastRadius: `Everybody and everything in account ${accountId} except ${exempt.toSorted().join(', ')}: an outage of the whole account.`,
      limits: ['Pipelines, backups and monitoring of the account stop as well, unless they are exempt.'],
    })
  })
}

/** A role by ARN, not everybody: `*` alone would quarantine nobody. */
const isExemption = (pattern: string): boolean =>
  /^arn:aws(?:-cn|-us-gov)?:iam::(?:\d{12}|\*):role\/[\w+=,.@/*?-]*[\w+=.@-][\w+=,.@/*?-]*$/.test(pattern)

/**
 * Denies everything in an account to one person of IAM Identity Center, whatever permission set they come with.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/condition-context-keys-sts-idc.html
 */
export const quarantineWorkforceUser: Builder = (context) => {
  const { event } = context
  const userId = at(event.userIdentity, 'onBehalfOf', 'userId')
  if (!context.organization || userId === undefined || userId === null) return undefined
  const title = 'Quarantine a person of IAM Identity Center'
  const refuse = (reason: string): Refusal => ({ title, target: eventTarget(event), reason })
  const person = shaped('Identity Center user id', userId, 'userIdentity.onBehalfOf.userId')
  if ('reason' in person) return refuse(person.reason)
  const objection = refuseUnauthenticated(event) ?? protectedPerson(event, person.value, context)
  if (objection) return refuse(objection)
  const { accountId, arn } = identityOf(event)
  if (accountId !== event.recipientAccountId)
    return refuse(`the actor belongs to account ${JSON.stringify(accountId)}`)
  const member = memberAccount(context, accountId)
  if ('reason' in member) return refuse(member.reason)
  return quarantine(context, {
    type: 'quarantine-workforce-user',
    key: `${accountId}/${person.value}`,
    partition: parseArn(arn)?.partition ?? partitionOfRegion(String(event.awsRegion)),
    accountId,
    content: denyWorkforceUser(person.value),
    title: `${title} (${person.value}) in account ${accountId}`,
    target: { kind: 'principal', id: person.value, accountId },
    blastRadius: `The person ${person.value} in account ${accountId}, with every permission set. Nobody else.`,
    limits: [
      'Other accounts of the organization are not touched: attach the policy there too.',
      "No API ends another person's portal session: disable the user in IAM Identity Center and end the sessions in its console.",
      'A role the person has assumed from there carries no such id: revoke its sessions.',
    ],
    more: { keepSeconds: USER_SESSION_SECONDS },
  })
}

const protectedPerson = (event: CloudTrailEvent, userId: string, context: Context): string | undefined =>
  isProtectedActor(event, context.protectedPrincipals) ||
  context.protectedPrincipals.some((pattern) => matchesGlob(pattern, userId))
    ? "protected by the owner's configuration"
    : undefined

/** Organizations answers in one Region a partition. */
const organizationsRegion = (partition: Partition): { readonly region?: string } => {
  if (partition === 'aws-cn') return { region: 'cn-northwest-1' }
  return partition === 'aws-us-gov' ? { region: 'us-gov-west-1' } : {}
}

const PERMISSIONS = [
  'organizations:ListPoliciesForTarget',
  'organizations:ListPolicies',
  'organizations:CreatePolicy',
  'organizations:AttachPolicy',
  'organizations:DetachPolicy',
]

const LIMITS = [
  'Made with the credentials of the management account, or of its delegated administrator.',
  'No service control policy reaches service-linked roles.',
  'An account takes 5 service control policies: when they are used up, AttachPolicy answers ConstraintViolationException.',
]

const FILTER = { Filter: 'SERVICE_CONTROL_POLICY' }

const quarantine = (context: Context, of: Quarantine) => {
  const { type, key, partition, accountId, content, title, target, blastRadius, more } = of
  const Name = inlinePolicyName(idOf(context, partition, accountId, type, key))
  const call = (operation: string, input: ApiCall['input']): ApiCall => ({
    service: 'organizations',
    operation,
    input,
    ...organizationsRegion(partition),
  })
  const attached = call('ListPoliciesForTarget', { TargetId: accountId, ...FILTER })
  const existing = `Policies[?Name=='${Name}'] | [0].Id`
  const onIt = (operation: string, PolicyId: ReturnType<typeof fromCall> | ReturnType<typeof fromSnapshot>) =>
    call(operation, { PolicyId, TargetId: accountId })
  const done = [check(attached, `length(Policies[?Name=='${Name}'] || \`[]\`)`, 1)]
  const made = fromCall(0, 'Policy.PolicySummary.Id')
  const known = fromSnapshot(1, existing)
  return drafted(context, partition, key, {
    type,
    tier: 2,
    title,
    target,
    blastRadius,
    snapshot: [attached, call('ListPolicies', FILTER)],
    calls: [
      call('CreatePolicy', {
        Name,
        Description: 'Containment by Trailwarden. Detach to release.',
        Type: FILTER.Filter,
        Content: content,
      }),
      onIt('AttachPolicy', made),
    ],
    permissions: PERMISSIONS,
    reversibility: 'exact',
    undo: [onIt('DetachPolicy', made)],
    undoNote: 'Detaches our policy from the account. The policy itself stays, attached to nothing.',
    done,
    fallbacks: [
      {
        onErrors: ['DuplicatePolicyException'],
        tier: 2,
        title: 'The policy of this name that was made before',
        calls: [when(onIt('AttachPolicy', known), 1, `${existing} != \`null\``)],
        undo: [onIt('DetachPolicy', known)],
        done,
      },
    ],
    ...more,
    verify: [
      `ListPoliciesForTarget of ${accountId} shows ${Name}.`,
      'Calls it denies appear in the log with AccessDenied.',
    ],
    limits: [...LIMITS, ...of.limits],
    nodes: [],
  })
}
