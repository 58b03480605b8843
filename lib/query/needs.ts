import type { QueryEngine } from '../ports.ts'
import { type CompileOptions, compile } from '../sql/compile.ts'
import type { Query } from './pack.ts'

type Need = Query['needs'][number]

/** One event of a kind, if the store has any. Every trail records management events. */
const PROBES: Readonly<Record<Exclude<Need, 'management'>, string>> = {
  data: "SELECT eventID FROM events WHERE managementEvent = false OR eventCategory = 'Data' LIMIT 1",
  network: 'SELECT eventID FROM network_events LIMIT 1',
  insight: 'SELECT eventID FROM insights LIMIT 1',
}

const KINDS: Readonly<Record<Exclude<Need, 'management'>, string>> = {
  data: 'data events',
  network: 'network activity events',
  insight: 'Insights events',
}

/**
 * Why a query that found nothing may have found nothing: the kinds of event it needs and the store has none of, as
 * sentences. An empty answer and a trail that never recorded the question look the same without them.
 */
export const missingKinds = async (
  { needs }: Pick<Query, 'needs'>,
  engine: QueryEngine,
  catalog: CompileOptions['catalog'],
): Promise<readonly string[]> => {
  const notes: string[] = []
  for (const need of needs) {
    if (need === 'management') continue
    const { rows } = await engine.run(compile(PROBES[need], { catalog, dialect: engine.dialect }).sql, [])
    if (rows.length > 0) continue
    notes.push(
      `the query is about ${KINDS[need]}, and the store has none: the trail may not record them, so no row does not mean that nothing happened`,
    )
  }
  return notes
}
