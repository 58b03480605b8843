// Compacts a bucket's folder as the functions do in AWS, day by day, with S3 and Glue played by a folder, and holds the sums against
// TRUTH.json where there is one: npm run bench:bucket -- FOLDER (one that holds AWSLogs/)
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { type CompactionWorld, compactAccountDay } from '../lib/compact-account-day.ts'
import { folderLogStore } from '../lib/local/log-store.ts'
import { openSource, scratchFile } from '../lib/local/store-files.ts'
import type { PrefixLister } from '../lib/store/backfill.ts'
import { nightlyDays, rangeDays } from '../lib/store/compaction-plan.ts'
import type { CompactionRun } from '../lib/store/day-record.ts'
import type { EventPartition } from '../lib/store/partition.ts'

const folder = process.argv[2]
if (!folder) throw new Error('expected a folder that holds AWSLogs/')
const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'))
const at = (key: string): string => join(dir, key)
const put = (key: string, text: string): void => {
  mkdirSync(dirname(at(key)), { recursive: true })
  writeFileSync(at(key), text)
}

const lister: PrefixLister = {
  async *below(prefix) {
    const path = join(folder, prefix)
    if (!existsSync(path)) return
    yield readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${prefix}${name}/`)
      .sort()
  },
}
const queue: EventPartition[] = []
const shown = new Map<string, string>()
let runs = 0
const world = (): CompactionWorld => ({
  logs: folderLogStore(folder),
  lister,
  logPrefix: '',
  lake: {
    write: async (key, fill) => {
      mkdirSync(dirname(at(key)), { recursive: true })
      const file = openSync(at(key), 'w')
      try {
        return await fill({ write: (bytes) => void writeSync(file, bytes) })
      } finally {
        closeSync(file)
      }
    },
    open: async (key) => (existsSync(at(key)) ? openSource(at(key)) : undefined),
    async *keys(prefix) {
      if (!existsSync(at(prefix))) return
      for (const name of readdirSync(at(prefix), { recursive: true, encoding: 'utf8' })) {
        if (statSync(join(at(prefix), name)).isFile()) yield `${prefix}${name}`
      }
    },
    remove: async (keys) => {
      for (const key of keys) rmSync(at(key), { force: true })
    },
  },
  document: (key) => {
    const text = () => (existsSync(at(key)) ? readFileSync(at(key), 'utf8') : undefined)
    return {
      read: async () => text(),
      update: async (change) => {
        const changed = change(text())
        put(key, changed)
        return changed
      },
    }
  },
  catalog: {
    point: async (table, { account, day }, prefix) => void shown.set(`${table} ${account} ${day}`, prefix),
  },
  scratch: () => scratchFile(at('scratch')),
  clock: { now: () => new Date().toISOString() },
  unique: String(runs++),
  ask: async (days) => void queue.push(...days),
})

await rangeDays({
  lister,
  bucket: 'logs',
  prefix: '',
  request: { from: '2000-01-01', to: '2100-01-01' },
  onDays: async (days) => void queue.push(...days),
})
if (queue.length === 0)
  queue.push(...(await nightlyDays({ lister, prefix: '', today: '2100-01-01', days: 1, revisited: [] })))
const last = new Map<string, CompactionRun>()
let passes = 0
for (let day = queue.shift(); day; day = queue.shift()) {
  const { outcome, run } = await compactAccountDay(world(), day)
  if (outcome === 'compacted') passes++
  if (run) last.set(`${run.account} ${run.day}`, run)
}

const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
const seconds = (userCPUTime + systemCPUTime) / 1e6
const of = (name: 'read' | 'kept' | 'duplicate' | 'superseded' | 'rejected') =>
  [...last.values()].reduce((sum, { events }) => sum + events[name], 0)
const sizes = [...shown.values()].flatMap((prefix) =>
  existsSync(at(prefix))
    ? readdirSync(at(prefix))
        .filter((name) => name.endsWith('.parquet'))
        .map((name) => statSync(join(at(prefix), name)).size)
    : [],
)
const bytes = sizes.reduce((sum, size) => sum + size, 0)
console.log(`machine     ${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`)
console.log(`days        ${last.size} account-days, ${passes} compactions, ${sizes.length} files`)
console.log(
  `events      ${of('read')} read = ${of('kept')} kept + ${of('duplicate')} duplicate + ${of('superseded')} superseded + ${of('rejected')} rejected`,
)
console.log(
  `sums        ${[...last.values()].flatMap(({ imbalances }) => imbalances).join('; ') || 'all add up'}`,
)
console.log(`Parquet     ${(bytes / 1e6).toFixed(1)} MB`)
console.log(`CPU         ${seconds.toFixed(1)} s, ${Math.round(of('read') / seconds)} events a second`)
console.log(`memory      ${Math.round(maxRSS / 1024)} MB at most`)
const truthFile = join(folder, 'TRUTH.json')
if (existsSync(truthFile)) {
  const { totals } = JSON.parse(readFileSync(truthFile, 'utf8')) as {
    totals: {
      events: number
      unique: number
      duplicates: number
      byDay: Record<string, number>
      gzBytes: number
    }
  }
  console.log(`of gzip     ${(bytes / totals.gzBytes).toFixed(2)}`)
  const byDay = new Map<string, number>()
  for (const { day, events } of last.values())
    byDay.set(day, (byDay.get(day) ?? 0) + events.kept + events.superseded)
  const found = [...byDay].filter(([, kept]) => kept > 0).sort()
  console.log(
    `TRUTH.json  unique ${totals.unique}, duplicates ${totals.duplicates}, by day ${JSON.stringify(totals.byDay)}`,
  )
  console.log(
    `            by day here ${JSON.stringify(Object.fromEntries(found))} in ${relative('/', folder)}`,
  )
}
rmSync(dir, { recursive: true })
