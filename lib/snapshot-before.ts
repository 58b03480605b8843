import { newestBefore, parseSnapshots, type TakenSnapshots } from './containment/stored-snapshots.ts'
import { ContentError } from './errors.ts'

/** Snapshots as they are kept, by the time they were taken. */
export interface KeptSnapshots {
  readonly times: () => Promise<readonly string[]>
  readonly read: (time: string) => Promise<string | undefined>
}

/**
 * The newest snapshot from before the event that can be read; `skipped` names those that could not, or that say another time than their name.
 * Throws what keeps the store from being read.
 */
export const snapshotBefore = async (
  { times, read }: KeptSnapshots,
  eventTime: unknown,
): Promise<{ readonly taken?: TakenSnapshots; readonly skipped: readonly string[] }> => {
  const skipped: string[] = []
  let candidates = (await times()).map((time) => ({ time }))
  for (;;) {
    const newest = newestBefore(candidates, eventTime)
    if (!newest) return { skipped }
    const taken = parsed(newest.time, await read(newest.time))
    // what it says of itself counts, not its name
    if (taken && newestBefore([taken], eventTime)) return { taken, skipped }
    skipped.push(newest.time)
    candidates = candidates.filter(({ time }) => time !== newest.time)
  }
}

const parsed = (time: string, text: string | undefined): TakenSnapshots | undefined => {
  if (text === undefined) return undefined
  try {
    return parseSnapshots(time, text)
  } catch (error) {
    if (error instanceof ContentError) return undefined
    throw error
  }
}
