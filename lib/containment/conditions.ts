import { type CloudTrailEvent, identityOf } from '../trail/event.ts'
import { hasSucceeded } from './guard.ts'
import { isShaped } from './ids.ts'
import { instanceOf, isCompute } from './session.ts'

/** The closed vocabulary of `when:`. Each asks one thing of the event; none reads text the caller chose. */
const CONDITIONS = {
  /** Signed with a long-term access key (AKIA...). */
  'actor.longTermKey': (event) => isShaped('long-term access key id', identityOf(event).accessKeyId),
  /** Signed with temporary credentials (ASIA...). */
  'actor.temporaryCredentials': (event) => identityOf(event).accessKeyId.startsWith('ASIA'),
  /** An IAM user, or a federated session that a user made. */
  'actor.user': (event) => ['IAMUser', 'FederatedUser'].includes(identityOf(event).type),
  /** A session of a role. */
  'actor.role': (event) => identityOf(event).type === 'AssumedRole',
  /** Credentials that EC2 handed to an instance, as AWS wrote it into the event. */
  'actor.instance': (event) => instanceOf(event) !== undefined,
  /** A session of a role that no instance, function or task holds, as far as the event says. */
  'actor.roleNotCompute': (event) => identityOf(event).type === 'AssumedRole' && !isCompute(event),
  /** A session of a role that a function or task holds. */
  'actor.computeNotInstance': (event) =>
    identityOf(event).type === 'AssumedRole' && isCompute(event) && instanceOf(event) === undefined,
  /** The call took effect. */
  'event.succeeded': hasSucceeded,
  /** A sign-in to the console. */
  'event.signIn': (event) => event.eventSource === 'signin.amazonaws.com',
} as const satisfies Readonly<Record<string, (event: CloudTrailEvent) => boolean>>

export type Condition = keyof typeof CONDITIONS

export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly Condition[]

/** Does the event meet all of them? No condition is always met. */
export const meets = (event: CloudTrailEvent, conditions: readonly Condition[]): boolean =>
  conditions.every((condition) => CONDITIONS[condition](event))
