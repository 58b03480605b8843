import { type QueryRun, type QueryState, queryStateOf, runKey, stateKey } from './run-record.ts'
import type { RunWorld } from './run-world.ts'

type At = Pick<RunWorld, 'document'>

/** The state of a query, as it stands. */
export const readState = async (
  { document }: At,
  of: Pick<QueryRun, 'pack' | 'query'>,
): Promise<QueryState> => queryStateOf(await document(stateKey(of)).read(), stateKey(of))

/** Changes the state of a query; `change` may be called several times. Answers the state that stands. */
export const changeState = async (
  { document }: At,
  of: Pick<QueryRun, 'pack' | 'query'>,
  change: (state: QueryState) => QueryState,
): Promise<QueryState> => {
  const key = stateKey(of)
  const text = await document(key).update((before) => {
    const state = queryStateOf(before, key)
    const after = change(state)
    // a text that was not there is written even when nothing changed
    return after === state && before !== undefined ? before : JSON.stringify(after)
  })
  return queryStateOf(text, key)
}

const ENDS = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'REFUSED'])

/** Writes the line of a run. A run that has ended stays as it ended, whoever comes late. */
export const writeRun = async ({ document }: At, run: QueryRun): Promise<void> => {
  await document(runKey(run)).update((before) =>
    before !== undefined && ENDS.has((JSON.parse(before) as QueryRun).state) ? before : JSON.stringify(run),
  )
}
