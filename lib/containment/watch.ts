import type { Finding } from '../finding.ts'
import { holdsNow, recordOf } from './execute.ts'
import type { ActionRecord } from './fold.ts'
import { reassert } from './reassert.ts'
import { lookEntry, unseenNotices } from './unseen.ts'
import { type ContainWorld, later } from './world.ts'

/** How often what was verified is looked at again. */
const EVERY_SECONDS = 1800

/** Is it time to look again at something that was verified? */
export const isWatchDue = ({ state, applied, checks }: ActionRecord, now: string): boolean => {
  const last = checks.at(-1)?.at ?? applied?.at
  return state === 'VERIFIED' && last !== undefined && later(last, EVERY_SECONDS) <= now
}

/**
 * Looks whether what was verified still holds. When it does not, it is no longer VERIFIED: it is asserted again, verified from the start or TAMPERED, and
 * people are told. Nothing but the look happens in any other state.
 */
export const watchAction = async (world: ContainWorld, id: string): Promise<readonly Finding[]> => {
  const { holds, looks } = await holdsNow(world, id)
  const found = looks.map((one) => one.found)
  const entry = await world.ledger.append((book) =>
    book.actions.get(id)?.state === 'VERIFIED'
      ? lookEntry(book.actions.get(id)!, { checkpoint: 0, holds, found }, world.clock.now())
      : undefined,
  )
  if (entry && holds === 'no') return reassert(world, id)
  return unseenNotices(world, recordOf(world, id), entry)
}

/** Did the log bring an event of the contained one that is later than the minute after the change? */
export const isDoubted = ({ state, applied }: ActionRecord, newestEvent: string): boolean =>
  state === 'VERIFIED' &&
  applied !== undefined &&
  Date.parse(newestEvent) > Date.parse(later(applied.at, GRACE_SECONDS))

const GRACE_SECONDS = 60

/** An action that is in the ledger, and the newest event that speaks against it. */
export interface Doubted {
  readonly id: string
  /** UTC ISO. */
  readonly newestEvent: string
}

/** The record's notices of a second look, for actions that something newer speaks against. */
export const watchDoubted = async (
  world: ContainWorld,
  doubted: readonly Doubted[],
): Promise<readonly Finding[]> => {
  const notices: Finding[] = []
  for (const { id, newestEvent } of doubted)
    if (isDoubted(recordOf(world, id), newestEvent)) notices.push(...(await watchAction(world, id)))
  return notices
}
