import { type CloudTrailEvent, isObject } from '../trail/event.ts'
import type { Basis } from './make-finding.ts'
import type { CorrelationRule } from './rules.ts'

/**
 * What a count remembers of a hit: who, what, when, from where. A parsed event takes several times its text, and a count may wait for
 * thousands. The request and the answer are left out.
 */
export interface SlimBasis {
  readonly events: readonly string[]
  readonly key: string
  readonly index: number
  readonly facts: Facts
  readonly who: Facts | undefined
  readonly issuer: Facts | undefined
}

type Facts = Readonly<Record<string, unknown>>

/** Made for every hit of a count: objects of one shape, without looking at what is in them. */
export const slimmed = ({ located, events }: Basis): SlimBasis => {
  const { event, key, index } = located
  const who = event.userIdentity
  const issuer =
    isObject(who) && isObject(who.sessionContext) ? who.sessionContext['sessionIssuer'] : undefined
  return {
    events,
    key,
    index,
    facts: factsOf(event),
    who: isObject(who) ? namesOf(who) : undefined,
    issuer: isObject(issuer) ? namesOf(issuer) : undefined,
  }
}

const factsOf = (event: CloudTrailEvent): Facts => ({
  eventTime: event.eventTime,
  eventSource: event.eventSource,
  eventName: event.eventName,
  awsRegion: event.awsRegion,
  sourceIPAddress: event.sourceIPAddress,
  userAgent: event.userAgent,
  errorCode: event.errorCode,
  eventID: event.eventID,
  eventId: event['eventId'],
  recipientAccountId: event.recipientAccountId,
  accountId: event['accountId'],
})

const namesOf = (identity: Facts): Facts => ({
  type: identity['type'],
  principalId: identity['principalId'],
  arn: identity['arn'],
  accountId: identity['accountId'],
  accessKeyId: identity['accessKeyId'],
  userName: identity['userName'],
  invokedBy: identity['invokedBy'],
})

/** The hit as a finding needs it: an event of what is remembered. */
export const restored = ({ events, key, index, facts, who, issuer }: SlimBasis): Basis => {
  const session = issuer && { sessionContext: { sessionIssuer: scalarsIn(issuer) } }
  const userIdentity = who && { userIdentity: { ...scalarsIn(who), ...session } }
  return { located: { event: { ...scalarsIn(facts), ...userIdentity }, key, index }, events }
}

const scalarsIn = (facts: Facts): Facts =>
  Object.fromEntries(
    Object.entries(facts).filter(([, value]) => typeof value === 'string' || typeof value === 'boolean'),
  )

/** Fields that a slim event answers as the whole one does. */
const ANSWERED: ReadonlySet<string> = new Set([
  ...Object.keys(factsOf({})),
  ...Object.keys(namesOf({})).map((name) => `userIdentity.${name}`),
  'userIdentity.sessionContext.sessionIssuer.arn',
  'ct.actor',
  'ct.service',
  'ct.longTermKey',
])

/** May the hits of a correlation be kept slim? Not when others count it, nor when it folds repeats by what slim events lack. */
export const maySlim = ({ sigma, own }: CorrelationRule, isCounted: boolean): boolean =>
  (sigma.type === 'event_count' || sigma.type === 'value_count') &&
  !isCounted &&
  (own?.merge?.by ?? []).every((field) => ANSWERED.has(field))
