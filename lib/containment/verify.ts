import type { Quiet } from '../action.ts'
import type { Finding } from '../finding.ts'
import { at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import type { Draft, Entry } from './entries.ts'
import { holdsNow, recordOf } from './execute.ts'
import type { ActionRecord } from './fold.ts'
import { hasSucceeded } from './guard.ts'
import { noticeOf } from './notice.ts'
import { reassert } from './reassert.ts'
import { lookEntry, unseenNotices } from './unseen.ts'
import { type ContainWorld, later, secondsBetween } from './world.ts'

/** Seconds after acting at which it must hold: the first ones lie past the time IAM takes to enforce a change. */
export const CHECKPOINTS = [10, 60, 300] as const
/** Two looks closer together than this are one. */
const APART_SECONDS = 10
/** Events up to here may have been let through before the change was enforced. */
const GRACE_SECONDS = 60

/** Longer than IAM takes to enforce a change, by all that is known of it: about four seconds. */
const STEADY_SECONDS = 8

/** Recent events of whoever is meant, with an eventTime from `since` on; `undefined` where nobody can look for them. */
export type EventsSince = (quiet: Quiet, since: string) => Promise<readonly CloudTrailEvent[] | undefined>

export interface Verified {
  readonly action: string
  readonly state: ActionRecord['state']
  /** When to look again; left out when there is nothing more to look at. */
  readonly next?: string
  readonly notices: readonly Finding[]
}

/** When the next look at an action is due, or `undefined` when none is. */
export const nextCheck = ({ state, applied, checks }: ActionRecord): string | undefined => {
  if (state !== 'APPLIED' || !applied) return undefined
  const held = checks.filter(({ holds }) => holds === 'yes')
  const checkpoint = CHECKPOINTS[Math.min(held.length, CHECKPOINTS.length - 1)]!
  const due = later(applied.at, checkpoint)
  const last = checks.at(-1)
  const apart = last === undefined ? due : later(last.at, APART_SECONDS)
  return due > apart ? due : apart
}

/**
 * Looks at an applied action, when a look is due: do its checks hold, and is the log quiet? VERIFIED is said only after three looks in a row
 * held, the last of them five minutes after the change, and `events`, when handed in, knew of no later success. When it does not hold
 * it is asserted again, at once and for 15 seconds; whoever undoes it is told of. Answers when to look again.
 */
export const verifyAction = async (
  world: ContainWorld,
  id: string,
  events?: EventsSince,
): Promise<Verified> => {
  await world.ledger.refresh()
  const due = nextCheck(recordOf(world, id))
  if (due === undefined || due > world.clock.now()) return verdict(world, id)
  const last = heldOf(recordOf(world, id)) >= CHECKPOINTS.length - 1
  const { holds, looks } = await lookFor(world, id, last ? STEADY_SECONDS : 0)
  const checkpoint = CHECKPOINTS[Math.min(heldOf(recordOf(world, id)), CHECKPOINTS.length - 1)]!
  const found = looks.map((one) => one.found)
  const entry = await addToApplied(world, id, (record) =>
    (nextCheck(record) ?? '') > world.clock.now()
      ? undefined
      : lookEntry(record, { checkpoint, holds, found }, world.clock.now()),
  )
  if (holds === 'no') return verdict(world, id, await reassert(world, id))
  if (holds === 'unknown') return verdict(world, id, unseenNotices(world, recordOf(world, id), entry))
  if (heldOf(recordOf(world, id)) < CHECKPOINTS.length) return verdict(world, id)
  return conclude(world, id, events)
}

/**
 * Looks once, and then each second for as long as asked, until it no longer holds. The last look lasts longer than IAM takes to enforce: who puts the
 * containment back only for the moments of our looks would still have rights from the time between them.
 */
const lookFor = async (world: ContainWorld, id: string, seconds: number) => {
  for (let second = 0; ; second++) {
    const seen = await holdsNow(world, id)
    if (seen.holds !== 'yes' || second >= seconds) return seen
    await world.sleep(1000)
  }
}

/** Looks three times, sleeping in between: for the command line, which has the time. Answers the last verdict. */
export const verifyToTheEnd = async (
  world: ContainWorld,
  id: string,
  events?: EventsSince,
): Promise<Verified> => {
  const notices: Finding[] = []
  for (;;) {
    const { next, ...said } = await verifyAction(world, id, events)
    notices.push(...said.notices)
    const blind = recordOf(world, id).unseen !== undefined
    if (next === undefined || blind || notices.length > MAX_NOTICES) return { ...said, notices }
    const due = secondsBetween(world.clock.now(), next)
    await world.sleep((due > 0 ? due : APART_SECONDS) * 1000)
  }
}

/** Asserted again this often in one go, it is for people to act. */
const MAX_NOTICES = 3

const heldOf = ({ checks }: ActionRecord): number => checks.filter(({ holds }) => holds === 'yes').length

const conclude = async (
  world: ContainWorld,
  id: string,
  events: EventsSince | undefined,
): Promise<Verified> => {
  const { planned, applied } = recordOf(world, id)
  const { action } = planned.prepared
  const { quiet } = action
  const since = later(applied!.at, GRACE_SECONDS)
  const seen = quiet && (await events?.(quiet, since))
  const noise = quiet && seen ? seen.filter((event) => breaks(quiet, event, since)) : []
  if (noise.length > 0) {
    const reason = `${noise.length} successful event${noise.length === 1 ? '' : 's'} after ${since}: the containment does not hold`
    const ids = noise.map(({ eventID }) => String(eventID)).slice(0, 20)
    await addToApplied(world, id, () => ({ kind: 'tampered', action: id, data: { reason, events: ids } }))
    return verdict(world, id, [noticeOf('containment-tampered', action, world.clock.now(), reason)])
  }
  const log = !quiet ? 'nothing to look for' : seen ? 'quiet' : 'not looked at'
  await addToApplied(world, id, () => ({ kind: 'verified', action: id, data: { log } }))
  return verdict(world, id)
}

/** Calls that every identity may make, whatever denies it, and sign-ins, which grant nothing by themselves. */
const HARMLESS = new Set(['GetCallerIdentity', 'ConsoleLogin', 'CheckMfa'])

/** Is the event a success of whoever should be quiet, later than `since`? */
export const breaks = (quiet: Quiet, event: CloudTrailEvent, since: string): boolean => {
  const who = identityOf(event)
  const issued = text(at(event.userIdentity, 'sessionContext', 'attributes', 'creationDate'))
  const { accessKeyId, principalId, issuedBefore } = quiet
  return (
    Date.parse(String(event.eventTime)) > Date.parse(since) &&
    hasSucceeded(event) &&
    !HARMLESS.has(String(event.eventName)) &&
    (accessKeyId === undefined || who.accessKeyId === accessKeyId) &&
    (principalId === undefined ||
      [who.principalId, who.principalId.split(':')[0], who.issuerId].includes(principalId)) &&
    (issuedBefore === undefined || (issued !== undefined && Date.parse(issued) < Date.parse(issuedBefore)))
  )
}

/** Adds what was seen of an applied action; nothing when somebody has released or concluded it meanwhile. */
const addToApplied = async (
  world: ContainWorld,
  id: string,
  entry: (record: ActionRecord) => Draft | undefined,
): Promise<Entry | undefined> =>
  world.ledger.append((book) => {
    const record = book.actions.get(id)!
    return record.state === 'APPLIED' ? entry(record) : undefined
  })

const verdict = (world: ContainWorld, id: string, notices: readonly Finding[] = []): Verified => {
  const record = recordOf(world, id)
  const next = nextCheck(record)
  return { action: id, state: record.state, notices, ...(next !== undefined && { next }) }
}
