import type { Gap } from './integrity/gaps.ts'
import { type CloudTrailEvent, eventIdOf, text } from './trail/event.ts'

/** What was fetched of a gap, between runs. Appending is durable when it has answered. */
export interface GapStore {
  /** What is there already: events by id, the time of the oldest of them, and whether an earlier run finished. */
  read(
    gap: Gap,
  ): Promise<{ readonly ids: ReadonlySet<string>; readonly oldest?: string; readonly done: boolean }>
  append(gap: Gap, events: readonly CloudTrailEvent[]): Promise<void>
}

/** CloudTrail's history of a stretch of time, newest first, page by page. */
export type History = (range: {
  readonly region: string
  readonly from: string
  readonly to: string
}) => AsyncIterable<{ readonly events: readonly CloudTrailEvent[]; readonly unreadable: number }>

export interface Backfilled {
  readonly gap: Gap
  /** Events of the gap now kept, from earlier runs too. */
  readonly kept: number
  /** Of those, new in this run. */
  readonly added: number
  /** Events the log files hold: nothing is missing of them. */
  readonly inLogs: number
  /** Answers that are no event, or carry no id. */
  readonly unreadable: number
}

/**
 * Fetches what CloudTrail's own history still knows of a gap, and keeps each event once. Not proven by any digest: whoever shows it says so. A
 * run that was cut off goes on below the oldest event it has kept; one that was finished asks nothing. `inLogs`: ids of
 * events that log files hold. Throws what the history throws, with everything before kept.
 */
export const backfillGap = async (
  gap: Gap,
  ports: {
    readonly history: History
    readonly store: GapStore
    readonly inLogs: ReadonlySet<string>
  },
): Promise<Backfilled> => {
  const before = await ports.store.read(gap)
  const ids = new Set(before.ids)
  let [inLogs, unreadable] = [0, 0]
  if (!before.done) {
    const { region, from } = gap
    for await (const page of ports.history({ region, from, to: before.oldest ?? gap.to })) {
      unreadable += page.unreadable
      const fresh: CloudTrailEvent[] = []
      for (const event of page.events) {
        const id = eventIdOf(event)
        if (id === undefined) unreadable++
        else if (ports.inLogs.has(id)) inLogs++
        else if (!ids.has(id)) {
          ids.add(id)
          fresh.push(event)
        }
      }
      await ports.store.append(gap, fresh)
    }
  }
  return { gap, kept: ids.size, added: ids.size - before.ids.size, inLogs, unreadable }
}

/** Does the event lie in one of the gaps? */
export const liesIn = (gaps: readonly Gap[], event: CloudTrailEvent): boolean => {
  const time = text(event.eventTime) ?? ''
  return gaps.some(({ from, to }) => time >= from && time <= to)
}
