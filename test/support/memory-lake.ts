import type { CompactionWorld } from '../../lib/compact-account-day.ts'
import type { ListedObject, LogStore } from '../../lib/ports.ts'
import type { PrefixLister } from '../../lib/store/backfill.ts'
import { TABLE_NAMES } from '../../lib/store/day-record.ts'
import type { LakeObjects, TextDocument } from '../../lib/store/lake.ts'
import { readParquet } from '../../lib/store/parquet-file.ts'
import type { EventPartition } from '../../lib/store/partition.ts'
import type { EventRow } from '../../lib/store/row.ts'
import type { TableName } from '../../lib/store/schema.ts'
import { memoryScratch, memorySink } from './memory-bytes.ts'

/** A process that ended in the middle of something. */
export class Killed extends Error {}

export interface MemoryLake {
  /** The log bucket; what cannot be read is left out of `readable`. */
  readonly logs: Map<string, Uint8Array>
  readonly unreadable: Map<string, Error>
  readonly objects: Map<string, Uint8Array>
  /** Location of each partition, by `table/account/day`. */
  readonly partitions: Map<string, string>
  readonly asked: EventPartition[]
  readonly steps: string[]
  now: string
  /** Reads of log files. */
  reads: number
  /** A world of one run. It is killed at its n-th step: before the step takes effect, or right after. */
  run(unique: string, kill?: { readonly at: number; readonly after: boolean }): CompactionWorld
  /** Rows of a table that a reader of the catalog sees. */
  rows(table: TableName): Promise<EventRow[]>
}

/** A log bucket, a lake bucket and a catalog in memory. */
export const memoryLake = (logs: Map<string, Uint8Array>): MemoryLake => {
  const objects = new Map<string, Uint8Array>()
  const partitions = new Map<string, string>()
  const unreadable = new Map<string, Error>()
  const asked: EventPartition[] = []
  const lake: MemoryLake = {
    logs,
    unreadable,
    objects,
    partitions,
    asked,
    steps: [],
    now: '2026-11-02T02:00:00.000Z',
    reads: 0,
    run: (unique, kill) => worldOf(lake, unique, stepper(lake, kill)),
    rows: async (table) => {
      const rows: EventRow[] = []
      for (const [name, prefix] of [...partitions].sort()) {
        if (!name.startsWith(`${table}/`)) continue
        for (const key of below(objects, prefix)) {
          if (/\/_[^/]*$/.test(key)) continue
          for await (const group of readParquet(sourceOf(objects.get(key)!))) rows.push(...group)
        }
      }
      return rows
    },
  }
  return lake
}

type Step = <T>(name: string, take: () => T | Promise<T>) => Promise<T>

/** Runs each step, unless the process is killed there. */
const stepper = (lake: MemoryLake, kill?: { readonly at: number; readonly after: boolean }): Step => {
  let n = 0
  return async (name, take) => {
    const isLast = n++ === kill?.at
    if (kill && n > kill.at + 1) throw new Killed(name)
    if (isLast && !kill?.after) throw new Killed(name)
    const result = await take()
    lake.steps.push(name)
    if (isLast) throw new Killed(name)
    return result
  }
}

const worldOf = (lake: MemoryLake, unique: string, step: Step): CompactionWorld => ({
  logs: logStore(lake),
  lister: lister(lake),
  logPrefix: '',
  lake: lakeObjects(lake, step),
  document: (key) => document(lake, key, step),
  catalog: {
    point: (table, { account, day }, prefix) =>
      step(`point ${table}`, () => void lake.partitions.set(`${table}/${account}/${day}`, prefix)),
  },
  scratch: () => ({ ...memoryScratch(), close: () => {} }),
  clock: { now: () => lake.now },
  unique,
  ask: (days) => step('ask', () => void lake.asked.push(...days)),
  budget: { events: 3, bytes: 1e6 },
})

const below = (objects: ReadonlyMap<string, unknown>, prefix: string): string[] =>
  [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()

const logStore = (lake: MemoryLake): LogStore => ({
  name: 's3://logs/',
  async *list(prefix = '') {
    for (const key of below(lake.logs, prefix)) {
      const size = lake.logs.get(key)!.length
      yield {
        bucket: 'logs',
        key,
        size,
        name: `s3://logs/${key}`,
        version: `"${size}"`,
      } satisfies ListedObject
    }
  },
  read: async ({ key }) => {
    lake.reads++
    const refusal = lake.unreadable.get(key)
    if (refusal) throw refusal
    const bytes = lake.logs.get(key)
    return bytes && { bytes, metadata: {} }
  },
})

/** Folders of a bucket in memory. */
const lister = ({ logs }: MemoryLake): PrefixLister => ({
  async *below(prefix) {
    const inside = below(logs, prefix).map((key) => key.slice(prefix.length))
    const folders = inside
      .filter((rest) => rest.includes('/'))
      .map((rest) => `${prefix}${rest.split('/')[0]}/`)
    yield [...new Set(folders)]
  },
})

const lakeObjects = ({ objects }: MemoryLake, step: Step): LakeObjects => ({
  write: async (key, fill) => {
    const sink = memorySink()
    const result = await fill(sink)
    await step(`write ${key.split('/')[0]}`, () => void objects.set(key, sink.bytes()))
    return result
  },
  open: async (key) => {
    const bytes = objects.get(key)
    return bytes && sourceOf(bytes)
  },
  async *keys(prefix) {
    yield* below(objects, prefix)
  },
  remove: (keys) =>
    step('remove', () => {
      for (const key of keys) objects.delete(key)
    }),
})

const sourceOf = (bytes: Uint8Array) => ({
  byteLength: bytes.length,
  slice: (start: number, end = bytes.length) => bytes.slice(start, end).buffer as ArrayBuffer,
})

const document = ({ objects }: MemoryLake, key: string, step: Step): TextDocument => {
  const text = () => {
    const bytes = objects.get(key)
    return bytes && Buffer.from(bytes).toString()
  }
  return {
    read: async () => text(),
    update: (change) =>
      step(`update ${key.split('/').slice(0, 2).join('/')}`, () => {
        const changed = change(text())
        objects.set(key, Buffer.from(changed))
        return changed
      }),
  }
}

/** Keys of the store's files, without the names of generations: what two stores with the same content have in common. */
export const contentOf = async (lake: MemoryLake): Promise<unknown> => ({
  tables: await Promise.all(TABLE_NAMES.map(async (table) => [table, await lake.rows(table)])),
  files: [...lake.objects.keys()].map((key) => key.replace(/\d{8}T\d{6}Z-[a-z0-9-]+/, 'G')).sort(),
  shown: [...lake.partitions]
    .map(([name, prefix]) => `${name} ${prefix.replace(/\d{8}T\d{6}Z-[a-z0-9-]+/, 'G')}`)
    .sort(),
})
