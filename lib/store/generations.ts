import type { Clock } from '../ports.ts'
import {
  type DayRecord,
  dayPrefix,
  dayRecordKey,
  dayRecordOf,
  dayRecordText,
  generationPrefix,
  generationTime,
  REVISIT_KEY,
  runKey,
  TABLE_NAMES,
} from './day-record.ts'
import type { DayCatalog, LakeObjects, TextDocument } from './lake.ts'
import type { EventPartition } from './partition.ts'

/** Where generations are kept and shown. */
export interface GenerationWorld {
  readonly lake: LakeObjects
  readonly document: (key: string) => TextDocument
  readonly catalog: DayCatalog
  readonly clock: Clock
}

/** How long a replaced generation stays for queries that began before; Athena ends a query after 30 minutes by default. */
const GRACE = 12 * 3_600_000

/**
 * Makes a new generation the store, if `before` is still what stands: false when somebody was faster. What another day has noted of
 * late events in between stays noted.
 */
export const adopt = async (
  world: GenerationWorld,
  partition: EventPartition,
  before: DayRecord,
  made: DayRecord,
): Promise<boolean> => {
  const key = dayRecordKey(partition)
  if (before.generation !== '') await waitFor(world, partition)
  const since = world.clock.now()
  const stands = await world.document(key).update((text) => {
    const now = dayRecordOf(text, key)
    if (now.generation !== before.generation) return text!
    const retired =
      now.generation === '' ? now.retired : [...now.retired, { generation: now.generation, since }]
    return dayRecordText({ ...made, extra: now.extra, retired })
  })
  return dayRecordOf(stands, key).generation === made.generation
}

/** Takes away what a run wrote that was not adopted. */
export const discard = async (
  { lake }: GenerationWorld,
  partition: EventPartition,
  generation: string,
): Promise<void> => {
  for (const table of TABLE_NAMES) await removeBelow(lake, generationPrefix(table, partition, generation))
}

/** A day that others keep compacting; its message comes back later. */
export const overtakenBy = ({ account, day }: EventPartition): Error =>
  new Error(`${account} ${day}: compacted by others at the same time, again and again; left to them`)

/**
 * Shows what the record says: the catalog's partitions, and the line of its run. Looks at the record again afterwards, so that of several
 * who do this at once the last one leaves the record's own generation.
 */
export const publish = async (world: GenerationWorld, partition: EventPartition): Promise<void> => {
  const key = dayRecordKey(partition)
  for (let shown = ''; ; ) {
    const record = dayRecordOf(await world.document(key).read(), key)
    if (record.generation === shown) return
    for (const table of TABLE_NAMES) {
      await world.catalog.point(table, partition, generationPrefix(table, partition, record.generation))
    }
    const { run } = record
    if (run) await world.document(runKey(run)).update(() => `${JSON.stringify(run)}\n`)
    shown = record.generation
  }
}

/**
 * Takes away the generations that were replaced long enough ago, and what killed runs have left. Only after `publish`: no reader is
 * sent to them any more. Answers how many objects went.
 */
export const clearUp = async (world: GenerationWorld, partition: EventPartition): Promise<number> => {
  const key = dayRecordKey(partition)
  const end = new Date(Date.parse(world.clock.now()) - GRACE).toISOString()
  const record = dayRecordOf(await world.document(key).read(), key)
  const waiting = new Map(record.retired.map(({ generation, since }) => [generation, since]))
  let removed = 0
  for (const table of TABLE_NAMES) {
    const old: string[] = []
    const prefix = dayPrefix(table, partition)
    for await (const object of world.lake.keys(prefix)) {
      const [generation = ''] = object.slice(prefix.length).split('/')
      const since = waiting.get(generation) ?? generationTime(generation)
      if (generation !== record.generation && since !== undefined && since <= end) old.push(object)
    }
    await world.lake.remove(old)
    removed += old.length
  }
  await forget(world, partition, end)
  return removed
}

/** Removes what has gone from the record, and the day from those to be looked at again when nothing waits. */
const forget = async (world: GenerationWorld, partition: EventPartition, end: string): Promise<void> => {
  const key = dayRecordKey(partition)
  const document = world.document(key)
  const waits = (text: string | undefined) => dayRecordOf(text, key).retired.length > 0
  let text = await document.read()
  if (waits(text)) {
    text = await document.update((text) => {
      const now = dayRecordOf(text, key)
      const retired = now.retired.filter(({ since }) => since > end)
      return retired.length === now.retired.length ? text! : dayRecordText({ ...now, retired })
    })
  }
  if (waits(text)) return
  await revisit(world, (days) => days.filter((name) => name !== nameOf(partition)))
  if (waits(await document.read())) await waitFor(world, partition)
}

/** Has the nightly plan come back to a day, to clear up after it. */
const waitFor = (world: GenerationWorld, partition: EventPartition): Promise<void> =>
  revisit(world, (days) => [...new Set([...days, nameOf(partition)])].sort())

const revisit = async (
  { document }: Pick<GenerationWorld, 'document'>,
  change: (days: readonly string[]) => readonly string[],
): Promise<void> => {
  await document(REVISIT_KEY).update((text) => {
    const days = namesIn(text)
    const changed = change(days)
    return text !== undefined && changed.length === days.length ? text : JSON.stringify(changed)
  })
}

/** Account-days whose retired generations wait for their end. */
export const daysToRevisit = async ({
  document,
}: Pick<GenerationWorld, 'document'>): Promise<readonly EventPartition[]> =>
  namesIn(await document(REVISIT_KEY).read()).map((name) => {
    const [account = '', day = ''] = name.split('/')
    return { account, day }
  })

const namesIn = (text: string | undefined): readonly string[] => JSON.parse(text ?? '[]') as string[]
const nameOf = ({ account, day }: EventPartition): string => `${account}/${day}`

const removeBelow = async (lake: LakeObjects, prefix: string): Promise<void> => {
  const keys: string[] = []
  for await (const key of lake.keys(prefix)) keys.push(key)
  await lake.remove(keys)
}
