import type { ApiCall } from '../action.ts'
import type { Finding } from '../finding.ts'
import { accountOf, at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import type { Draft } from './entries.ts'
import type { OwnCall } from './fold.ts'
import { matchesGlob } from './guard.ts'
import { notice } from './notice.ts'
import { type ContainWorld, secondsBetween } from './world.ts'

/** How far the time of an event may lie from the call it belongs to. */
const WITHIN_SECONDS = 15 * 60

/** What our functions do besides containing: their log groups. */
const ROUTINE: ReadonlySet<string> = new Set([
  'logs.amazonaws.com/CreateLogGroup',
  'logs.amazonaws.com/CreateLogStream',
])

export interface Reconciled {
  /** Events by our own principals that change something. */
  readonly own: number
  readonly matched: number
  readonly notices: readonly Finding[]
}

/**
 * Holds events by our own principals against the ledger: each one that changes, or tried to change, something must be a call of the ledger, by its request
 * id, else by operation and time within 15 minutes, each call used once. One that is not is a critical finding: somebody else has our
 * role. Others' events and reading calls are passed over. The same event is looked at once; nothing here asks for containment, so it feeds nothing back.
 */
export const reconcileOwnCalls = async (
  events: readonly CloudTrailEvent[],
  world: ContainWorld,
  routine: ReadonlySet<string> = ROUTINE,
): Promise<Reconciled> => {
  const book = await world.ledger.refresh()
  const notices: Finding[] = []
  let own = 0
  let matched = 0
  for (const event of events) {
    if (!isOurs(event, world.settings.ownPrincipals) || !changes(event, routine)) continue
    own++
    const eventID = String(event.eventID)
    if (book.ownEvents.has(eventID)) continue
    const call = matching(event, book.calls, book.claimed)
    const reason = call ? 'it is a call of the ledger' : 'no call of the ledger belongs to it'
    const entry = await world.ledger.append((now): Draft | undefined =>
      now.ownEvents.has(eventID)
        ? undefined
        : { kind: 'own-call', data: { eventID, entry: call?.sequence ?? null, reason } },
    )
    if (call) matched++
    else if (entry) notices.push(unknownCall(event, world.clock.now()))
  }
  return { own, matched, notices }
}

const isOurs = (event: CloudTrailEvent, ownPrincipals: readonly string[]): boolean => {
  const { arn, principalId, issuerId, actor } = identityOf(event)
  const names = [arn, principalId, issuerId, actor].filter((name) => name !== '')
  return ownPrincipals.some((pattern) => names.some((name) => matchesGlob(pattern, name)))
}

const changes = (event: CloudTrailEvent, routine: ReadonlySet<string>): boolean =>
  (String(event.readOnly ?? isReadingName(event)) !== 'true' || handsOut(event)) &&
  !routine.has(`${event.eventSource}/${event.eventName}`)

/** CloudTrail calls it reading, and with the answer somebody acts elsewhere. We never do it. */
const handsOut = ({ eventName }: CloudTrailEvent): boolean =>
  /^(?:AssumeRo(?:le|ot)|Get(?:Federation|Session)Token|(?:Batch)?GetSecretValue|GetParameters?(?:ByPath)?$|GetPasswordData)/.test(
    String(eventName),
  )

const isReadingName = ({ eventName }: CloudTrailEvent): boolean =>
  /^(?:Get|List|Describe|Head|Lookup)[A-Z]/.test(String(eventName))

const matching = (
  event: CloudTrailEvent,
  calls: readonly OwnCall[],
  claimed: ReadonlySet<number>,
): OwnCall | undefined => {
  const requestId = text(event.requestID)
  const byId = requestId === undefined ? undefined : calls.find((call) => call.requestId === requestId)
  if (byId) return byId
  const service = String(event.eventSource).replace(/\.amazonaws\.com$/, '')
  const name = String(event.eventName).replace(/\d{8}(?:v\d+)?$/, '')
  return calls.find(
    (call) =>
      // a call whose answer named another request is another call
      call.requestId === undefined &&
      !claimed.has(call.sequence) &&
      call.operation === name &&
      sourceOf(call.service) === service &&
      !contradicts(call.input, event.requestParameters) &&
      Math.abs(secondsBetween(call.at, String(event.eventTime))) <= WITHIN_SECONDS,
  )
}

/** Does the event name another target than the call? What the event does not show contradicts nothing. */
const contradicts = (input: ApiCall['input'], asked: unknown): boolean => {
  const shown = new Map(Object.entries(asked ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  return Object.entries(input).some(([name, value]) => {
    const found = shown.get(name.toLowerCase())
    return /(?:Name|Id|Arn)$/.test(name) && typeof found === 'string' && found !== value
  })
}

/** What CloudTrail calls a service whose client is named otherwise. */
const sourceOf = (service: string): string => SOURCES[service] ?? service
const SOURCES: Readonly<Record<string, string>> = {
  s3control: 's3',
  'sso-admin': 'sso',
  'auto-scaling': 'autoscaling',
}

const unknownCall = (event: CloudTrailEvent, now: string): Finding => {
  const error = text(event.errorCode)
  const detail = `${event.eventName} at ${event.eventTime} from ${event.sourceIPAddress}${error ? ` (${error})` : ''}`
  return notice('containment-unknown-own-call', {
    about: String(event.eventID),
    time: text(event.eventTime) ?? now,
    detail,
    accountId: accountOf(event) ?? '',
    resources: [String(at(event.userIdentity, 'arn') ?? '')],
    raw: event,
  })
}
