import type { LocatedEvent } from '../ports.ts'
import { accountOf, type CloudTrailEvent, identityOf, resourcesOf, text } from '../trail/event.ts'

/** One event of the subject, with its place in the evidence. */
export interface TimelineEntry {
  readonly time: string
  readonly eventID: string
  /** `iam CreateUser` */
  readonly call: string
  readonly write: boolean
  readonly errorCode?: string
  readonly accessKeyId: string
  readonly principal: string
  readonly accountId: string
  readonly region: string
  readonly address: string
  readonly agent: string
  readonly resources: readonly string[]
  readonly key: string
  readonly index: number
}

/** How often something occurs, the most frequent first. */
export type Tally = readonly (readonly [name: string, events: number])[]

export interface Scope {
  readonly events: number
  readonly writes: number
  readonly denied: number
  /** UTC ISO; nothing where there is no event. */
  readonly first?: string
  readonly last?: string
  readonly calls: Tally
  readonly deniedCalls: Tally
  readonly accounts: Tally
  readonly regions: Tally
  readonly addresses: Tally
  readonly agents: Tally
  readonly resources: Tally
  /** Names that were not counted one by one, because there are too many different ones. */
  readonly uncounted: number
}

const MOST_NAMES = 10_000

/**
 * What one subject did, event by event: `add` answers the event's line for a timeline. Memory is bounded by the number of
 * different names, and that by ten thousand a list.
 */
export const scopeOf = () => {
  const lists = Object.fromEntries(LISTS.map((name) => [name, new Map<string, number>()])) as Record<
    ListName,
    Map<string, number>
  >
  let [events, writes, denied, uncounted] = [0, 0, 0, 0]
  let [first, last] = ['', '']
  const tally = (list: ListName, name: string) => {
    if (name === '') return
    const counts = lists[list]
    if (!counts.has(name) && counts.size >= MOST_NAMES) uncounted++
    else counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const add = (located: LocatedEvent): TimelineEntry => {
    const entry = entryOf(located)
    events++
    if (entry.errorCode !== undefined) denied++
    else if (entry.write) writes++
    if (first === '' || entry.time < first) first = entry.time
    if (entry.time > last) last = entry.time
    tally(entry.errorCode === undefined ? 'calls' : 'deniedCalls', entry.call)
    tally('accounts', entry.accountId)
    tally('regions', entry.region)
    tally('addresses', entry.address)
    tally('agents', entry.agent)
    for (const resource of new Set(entry.resources)) tally('resources', resource)
    return entry
  }
  const summary = (): Scope => ({
    events,
    writes,
    denied,
    ...(first !== '' && { first, last }),
    ...(Object.fromEntries(LISTS.map((name) => [name, ordered(lists[name])])) as Record<ListName, Tally>),
    uncounted,
  })
  return { add, summary }
}

const LISTS = ['calls', 'deniedCalls', 'accounts', 'regions', 'addresses', 'agents', 'resources'] as const
type ListName = (typeof LISTS)[number]

const ordered = (counts: ReadonlyMap<string, number>): Tally =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))

const entryOf = ({ event, key, index }: LocatedEvent): TimelineEntry => {
  const who = identityOf(event)
  // a failed sign-in has a message only
  const errorCode = text(event.errorCode) ?? text(event.errorMessage)
  return {
    time: text(event.eventTime) ?? '',
    eventID: text(event.eventID) ?? '',
    call: callOf(event),
    write: !isRead(event),
    ...(errorCode !== undefined && { errorCode }),
    accessKeyId: who.accessKeyId,
    principal: who.arn || who.principalId,
    accountId: accountOf(event) ?? '',
    region: text(event.awsRegion) ?? '',
    address: text(event.sourceIPAddress) ?? '',
    agent: text(event.userAgent) ?? '',
    resources: resourcesOf(event),
    key,
    index,
  }
}

const callOf = ({ eventSource, eventName }: CloudTrailEvent): string =>
  `${(text(eventSource) ?? '').replace('.amazonaws.com', '')} ${text(eventName) ?? ''}`.trim()

/** Old versions carry no `readOnly`: then the name decides. */
const isRead = ({ readOnly, eventName }: CloudTrailEvent): boolean =>
  readOnly === undefined
    ? /^(?:Get|List|Describe|Head|Lookup|BatchGet)/.test(text(eventName) ?? '')
    : readOnly === true || readOnly === 'true'
