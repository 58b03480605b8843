import { dayAfter, folderOf, notAmong } from './day-objects.ts'
import { type DayRecord, dayRecordKey, dayRecordOf, dayRecordText, objectsKey } from './day-record.ts'
import type { LakeObjects, TextDocument } from './lake.ts'
import type { EventPartition } from './partition.ts'

/** Events met while another day was read, by the day they belong to and the objects they lie in. */
export interface LateEvents {
  /** An event of `day` lies in the object `key`. */
  note(key: string, day: EventPartition): void
  readonly days: ReadonlyMap<
    string,
    { readonly partition: EventPartition; readonly keys: ReadonlySet<string> }
  >
  /** Events of further days, beyond what is remembered of one run. */
  readonly passedBy: number
}

/** Days of which one run remembers late events; more are found again by the next. */
const MOST_DAYS = 1000

/**
 * Collects the late events of a run. What lies in the folder of its own account and day is not late: that day reads the folder itself.
 */
export const lateEvents = (of: EventPartition): LateEvents => {
  const days = new Map<string, { partition: EventPartition; keys: Set<string> }>()
  const folders = new Map<string, EventPartition | undefined>()
  let passedBy = 0
  const cachedFolderOf = (key: string) => {
    if (!folders.has(key)) {
      folders.clear()
      folders.set(key, folderOf(key))
    }
    return folders.get(key)
  }
  return {
    days,
    get passedBy() {
      return passedBy
    },
    note: (key, { account, day }) => {
      // a row that was carried over from another table of the same day
      if (account === of.account && day === of.day) return
      const folder = cachedFolderOf(key)
      if (folder?.account === account && folder.day === day) return
      const name = `${account}/${day}`
      const known = days.get(name)
      if (known) known.keys.add(key)
      else if (days.size < MOST_DAYS) days.set(name, { partition: { account, day }, keys: new Set([key]) })
      else passedBy++
    },
  }
}

interface LateWorld {
  readonly lake: LakeObjects
  readonly document: (key: string) => TextDocument
  readonly ask: (days: readonly EventPartition[]) => Promise<void>
}

/**
 * Lets the days that late events belong to know the objects they lie in, and asks for those days to be compacted. A day that has read
 * the object already is left alone, and so is one that will read its folder anyway when its time comes. Doing it twice changes
 * nothing. Answers the days asked for.
 */
export const noteLate = async (
  world: LateWorld,
  { days }: LateEvents,
): Promise<readonly EventPartition[]> => {
  const reopened: EventPartition[] = []
  for (const { partition, keys } of days.values()) {
    const name = dayRecordKey(partition)
    const document = world.document(name)
    const record = dayRecordOf(await document.read(), name)
    const missing = await notRead(world.lake, partition, record, [...keys])
    if (missing.length === 0) continue
    await document.update((text) => {
      const now = dayRecordOf(text, name)
      const extra = [...new Set([...now.extra, ...missing])].sort()
      return text !== undefined && extra.length === now.extra.length ? text : dayRecordText({ ...now, extra })
    })
    reopened.push(partition)
  }
  if (reopened.length > 0) await world.ask(reopened)
  return reopened
}

/** Keys that a day has not read and will not read by itself. */
const notRead = async (
  lake: LakeObjects,
  partition: EventPartition,
  record: DayRecord,
  keys: readonly string[],
): Promise<readonly string[]> => {
  if (record.generation === '') return keys.filter((key) => !isNextDay(key, partition))
  const names = await lake.open(objectsKey(partition, record.generation))
  if (!names) return keys
  return notAmong(new Uint8Array(await names.slice(0, names.byteLength)), keys)
}

const isNextDay = (key: string, { account, day }: EventPartition): boolean => {
  const folder = folderOf(key)
  return folder?.account === account && dayAfter(folder.day, -1) === day
}
