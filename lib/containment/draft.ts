import type { ActionType, ContainmentAction } from '../action.ts'
import type { Finding } from '../finding.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import { actionId } from './canonical.ts'
import { guardObject, type Scope } from './guard.ts'
import type { Partition } from './ids.ts'
import type { OwnSnapshots } from './own-snapshots.ts'
import type { Subject } from './subject.ts'

/** Whom a proposal is about: the caller, or the credential the event says was created. */
export type Whom = 'actor' | 'created'

/** The organization the account belongs to: what service control policies need to know. */
export interface Organization {
  /** 12 digits. No service control policy reaches this account. */
  readonly managementAccountId: string
  /** ARN patterns that a quarantined account leaves alone: the break-glass role, the responder. `*` and `?` allowed. */
  readonly exempt?: readonly string[]
}

/** Everything an action may look at. */
export interface Context {
  readonly finding: Finding
  readonly event: CloudTrailEvent
  readonly whom: Whom
  /** The caller, when the guard lets it be contained. */
  readonly actor?: Subject
  /** T of revocations, whole-second UTC. */
  readonly revokeBefore: string
  readonly incident: string
  readonly protectedPrincipals: readonly string[]
  readonly ownSnapshots: OwnSnapshots
  readonly organization?: Organization
}

/** An action before it is merged with its like: what it does, without who asked. */
export interface Draft extends Omit<ContainmentAction, 'findings' | 'level' | 'reason'> {
  /** Credentials and principals it takes away; they put sources before descendants. Empty for objects. */
  readonly nodes: readonly string[]
}

/** Asked for and refused. */
export interface Refusal {
  readonly title: string
  readonly target: string
  readonly reason: string
}

/** `undefined`: the action has nothing to do with this event. */
export type Proposal = Draft | Refusal | undefined

/** Builds one type of action. Pure. */
export type Builder = (context: Context) => Proposal

/** The draft with its idempotency key. `key` is the unique target, with whatever tells two actions on it apart. */
export const drafted = (
  context: Context,
  partition: Partition,
  key: string,
  draft: Omit<Draft, 'id'> & { readonly type: ActionType },
): Draft => ({ id: idOf(context, partition, draft.target.accountId, draft.type, key), ...draft })

/** Idempotency key of an action in this context's incident. */
export const idOf = (
  context: Context,
  partition: Partition,
  accountId: string,
  type: ActionType,
  key: string,
): string => actionId({ partition, accountId, type, key, incident: context.incident })

/** Name of an inline policy of ours. Own-named, so that undoing it never touches another. */
export const inlinePolicyName = (id: string): string => `ct-contain-${id.slice(0, 16)}`

/** The event's name without the API version Lambda appends: `AddPermission20150331v2` -> `AddPermission`. */
export const apiName = (event: CloudTrailEvent): string =>
  String(event.eventName ?? '').replace(/\d{8}(?:v\d+)?$/, '')

/** Runs `build` on the object's place when the event may be acted on, else refuses. */
export const onObject = (
  context: Context,
  title: string,
  build: (scope: Scope, refuse: (target: string, reason: string) => Refusal) => Proposal,
): Proposal => {
  const refuse = (target: string, reason: string): Refusal => ({ title, target, reason })
  const scope = guardObject(context.event)
  return 'reason' in scope ? refuse(eventTarget(context.event), scope.reason) : build(scope.value, refuse)
}

/** How a refusal names a target it could not make out. */
export const eventTarget = (event: CloudTrailEvent): string => `${event.eventName} ${event.eventID}`
