import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ingest } from '../../bin/ingest.ts'
import { readManifest } from '../../lib/local/store-manifest.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { bucketOf, logFile, logKey, memoryBucket, silent } from '../support/memory-logs.ts'
import { parquetRows } from '../support/read-store.ts'
import { aggregated, insight, networkActivity, roleCall } from '../support/stored-events.ts'

let root: string
let dir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trailwarden-grow-'))
  dir = join(root, 'store')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const A = '111122223333'
const B = '444455556666'
const call = (eventID: string, eventTime: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  eventTime,
  ...fields,
})
const corrects = (originalEventID: string) => ({ addendum: { reason: 'UPDATED_DATA', originalEventID } })

/** Late events, repeats, corrections before and after what they correct, and every family. */
const FILES: ReadonlyMap<string, readonly CloudTrailEvent[]> = new Map([
  [logKey(A, '2026-11-01', 1), [call('a', '2026-11-01T01:00:00Z'), call('b', '2026-11-01T02:00:00Z')]],
  [logKey(A, '2026-11-01', 2), [call('a', '2026-11-01T01:00:00Z'), call('c', '2026-11-01T03:00:00Z')]],
  [logKey(A, '2026-11-02', 1), [call('late', '2026-11-01T23:59:59Z'), call('d', '2026-11-02T00:00:00Z')]],
  [
    logKey(A, '2026-11-02', 2),
    [call('b2', '2026-11-02T04:00:00Z', corrects('b')), call('e', '2026-11-02T05:00:00Z')],
  ],
  [
    logKey(A, '2026-11-03', 1),
    [call('f2', '2026-11-03T00:00:01Z', corrects('f')), call('c', '2026-11-01T03:00:00Z')],
  ],
  [
    logKey(A, '2026-11-03', 2),
    [call('f', '2026-11-03T00:00:00Z'), call('very-late', '2026-11-01T00:00:00Z')],
  ],
  [
    logKey(A, '2026-11-03', 3),
    [call('g', '2026-11-03T06:00:00Z'), call('g', '2026-11-03T06:00:00Z', corrects('g'))],
  ],
  [logKey(B, '2026-11-01', 1), [call('a', '2026-11-01T01:00:00Z', { recipientAccountId: B })]],
  [logKey(B, '2026-11-02', 1), [insight, networkActivity, aggregated]],
  [
    logKey(B, '2026-11-02', 2),
    [insight, aggregated, call('h', '2026-11-02T07:00:00Z', { recipientAccountId: B })],
  ],
])
/** What is left of them, by hand. */
const KEPT = ['a', 'a', 'b2', 'c', 'd', 'e', 'f2', 'g', 'h', 'late', 'very-late']

const bucket = bucketOf(FILES)
const some = (keys: Iterable<string>) =>
  memoryBucket(new Map([...keys].map((key) => [key, bucket.get(key)!])))

/** Every row of the store without its place of origin, by partition, in an order of its own. */
const contentOf = async (store: string) => {
  const content: Record<string, unknown> = {}
  for (const { path, rows } of readManifest(store)!.files) {
    const found = await parquetRows(join(store, path))
    expect(found).toHaveLength(rows)
    content[path.slice(0, path.lastIndexOf('/'))] = found
      .map(({ sourcefile: _file, recordindex: _index, ...row }) => JSON.stringify(row))
      .sort()
  }
  return content
}
const idsOf = async (store: string) => {
  const events = readManifest(store)!.files.filter(({ path }) => path.startsWith('events/'))
  const rows = await Promise.all(events.map(({ path }) => parquetRows(join(store, path))))
  return rows.flat().map(({ eventid }) => eventid as string)
}
const filesOnDisk = (store: string) =>
  readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(store.length + 1))
    .sort()

describe('ingesting into a store again', () => {
  it('keeps by hand what one run keeps', async () => {
    const done = await ingest(memoryBucket(bucket), dir, silent)
    expect((await idsOf(dir)).sort()).toEqual(KEPT)
    expect(done.events).toEqual({ read: 21, kept: 14, duplicate: 4, superseded: 3, rejected: 0 })
    expect(done.totals).toMatchObject({ files: 10, read: 21, kept: 14, rows: 14 })
  })

  it('ends in the same state as one full run, however the objects are split over runs', async () => {
    const whole = join(root, 'whole')
    const once = await ingest(memoryBucket(bucket), whole, silent)
    const expected = await contentOf(whole)
    const run = fc.array(fc.nat({ max: 3 }), { minLength: bucket.size, maxLength: bucket.size })
    await fc.assert(
      fc.asyncProperty(run, fc.integer({ min: 1, max: 30 }), async (runs, fit) => {
        rmSync(dir, { recursive: true, force: true })
        let last = once
        for (let n = 0; n <= 3; n++) {
          const there = [...bucket.keys()].filter((_, at) => runs[at]! <= n)
          if (there.length > 0)
            last = await ingest(some(there), dir, silent, { budget: { events: fit, bytes: 1e9 } })
        }
        expect(await contentOf(dir)).toEqual(expected)
        const { runs: _runs, ...totals } = { runs: 0, ...last.totals }
        expect(totals).toEqual(once.totals)
        for (const { path } of readManifest(dir)!.files) await holdsTheirEvents(join(dir, path))
      }),
      { numRuns: 10 },
    )
  })

  /** Each row names an object and a place that holds that very event. */
  const holdsTheirEvents = async (path: string) => {
    for (const row of await parquetRows(path)) {
      const event = FILES.get(row['sourcefile'] as string)![row['recordindex'] as number]!
      expect(row['eventid']).toBe(event.eventID ?? event['eventId'])
    }
  }

  it('reads only new objects, and counts the others', async () => {
    const keys = [...bucket.keys()]
    await ingest(some(keys.slice(0, 8)), dir, silent)
    const again = memoryBucket(bucket)
    const { files, events } = await ingest(again, dir, silent)
    expect(again.reads).toEqual(keys.slice(8))
    expect(files).toEqual({ listed: 10, ingested: 2, skipped: { 'already-ingested': 8 } })
    expect(events.read).toBe(6)
    const third = memoryBucket(bucket)
    expect((await ingest(third, dir, silent)).files.ingested).toBe(0)
    expect(third.reads).toEqual([])
  })

  it('rewrites only the days that something is new in', async () => {
    await ingest(some([logKey(A, '2026-11-01', 1), logKey(B, '2026-11-01', 1)]), dir, silent)
    await ingest(some([...bucket.keys()].filter((key) => !key.includes('_00000000000000009'))), dir, silent)
    const { files } = readManifest(dir)!
    expect(files.find(({ path }) => path.includes(`account=${B}/day=2026-11-01/`))?.path).toMatch(
      /00000\.parquet$/,
    )
    expect(files.find(({ path }) => path.includes(`events/account=${A}/day=2026-11-01/`))?.path).toMatch(
      /00001\.parquet$/,
    )
  })

  it('compares bytes where a listing tells no version, and reports what changed and what is gone', async () => {
    const key = logKey(A, '2026-11-01', 1)
    await ingest(memoryBucket(bucket, { versions: false }), dir, silent)
    const unchanged = await ingest(memoryBucket(bucket, { versions: false }), dir, silent)
    expect(unchanged).toMatchObject({ files: { ingested: 0 }, changed: [], vanished: [] })
    const after = new Map(bucket).set(key, logFile([call('new', '2026-11-01T09:00:00Z')]))
    after.delete(logKey(B, '2026-11-01', 1))
    const done = await ingest(memoryBucket(after), dir, silent)
    expect(done).toMatchObject({ changed: [key], vanished: [logKey(B, '2026-11-01', 1)] })
    expect((await idsOf(dir)).sort()).toEqual([...KEPT, 'new'].sort())
    const later = await ingest(memoryBucket(after), dir, silent)
    expect(later).toMatchObject({ files: { ingested: 0 }, changed: [] })
  })

  it('builds the store anew when told to', async () => {
    await ingest(memoryBucket(bucket), dir, silent)
    const key = logKey(A, '2026-11-02', 1)
    const done = await ingest(some([key]), dir, silent, { full: true })
    expect(done.totals).toMatchObject({ files: 1, read: 2, kept: 2, rows: 2 })
    expect(await idsOf(dir)).toEqual(['late', 'd'])
    expect(filesOnDisk(dir).filter((path) => path.endsWith('.parquet'))).toHaveLength(2)
  })

  it('joins the files of many runs', async () => {
    const many = new Map<string, Uint8Array>()
    for (let n = 0; n < 20; n++) {
      many.set(logKey(A, '2026-11-01', n), logFile([call(`${n}`, '2026-11-01T00:00:00Z')]))
      await ingest(memoryBucket(many), dir, silent)
    }
    const { ingest: state } = readManifest(dir)!
    expect(state!.keys.length).toBeLessThan(8)
    expect(state!.objects.length).toBeLessThan(8)
    const repeat = new Map(many).set(
      logKey(A, '2026-11-01', 99),
      logFile([call('0', '2026-11-01T00:00:00Z')]),
    )
    const done = await ingest(memoryBucket(repeat), dir, silent)
    expect(done).toMatchObject({ files: { ingested: 1 }, events: { read: 1, duplicate: 1 } })
    const named = [...state!.keys, ...state!.objects]
    expect(filesOnDisk(dir).filter((path) => /keys|objects/.test(path)).length).toBeLessThanOrEqual(
      named.length + 1,
    )
  })

  it('lets one process write at a time', async () => {
    await ingest(memoryBucket(bucket), dir, silent)
    writeFileSync(join(dir, 'store.lock'), `${process.ppid}`)
    await expect(ingest(memoryBucket(bucket), dir, silent)).rejects.toThrow(
      `process ${process.ppid} is writing`,
    )
  })
})

describe('a run that is killed', () => {
  const FIRST = [...bucket.keys()].slice(0, 4)
  const budget = { events: 3, bytes: 1e9 }

  it('between any two steps leaves a store that the next run brings to the same end', async () => {
    const base = join(root, 'base')
    await ingest(some(FIRST), base, silent)
    for (const start of [base, undefined]) {
      const begin = (into: string) => start && cpSync(start, into, { recursive: true })
      const clean = join(root, start ? 'clean' : 'clean-new')
      begin(clean)
      const steps: string[] = []
      await ingest(memoryBucket(bucket), clean, silent, { budget, onStep: (step) => steps.push(step) })
      expect(new Set(steps)).toContain('spilled')
      for (const at of steps.keys()) {
        const killed = join(root, `${start ? 'killed' : 'new'}-${at}`)
        begin(killed)
        let step = 0
        const onStep = () => {
          if (step++ === at) throw new Error('killed')
        }
        await expect(ingest(memoryBucket(bucket), killed, silent, { budget, onStep })).rejects.toThrow(
          'killed',
        )
        const committed = at > steps.indexOf('merged')
        expect(readManifest(killed)!.complete).toBe(committed || start !== undefined)
        await ingest(memoryBucket(bucket), killed, silent, { budget })
        expect(await contentOf(killed), `killed after ${steps[at]}`).toEqual(await contentOf(clean))
        expect(unnumbered(filesOnDisk(killed)), `killed after ${steps[at]}`).toEqual(
          unnumbered(filesOnDisk(clean)),
        )
        expect(readManifest(killed)!.ingest!.totals).toEqual(readManifest(clean)!.ingest!.totals)
        rmSync(killed, { recursive: true })
      }
    }
  })

  /** A run that found nothing new to do has a number of its own. */
  const unnumbered = (paths: readonly string[]) => paths.map((path) => path.replace(/\d{5}\./, '.'))

  it('in the middle of a file leaves nothing that is taken for one', async () => {
    await ingest(some(FIRST), dir, silent)
    const { files } = readManifest(dir)!
    writeFileSync(join(dir, `${files[0]!.path.replace('00000', '00001')}.unfinished`), 'PAR1')
    writeFileSync(join(dir, 'store.json.unfinished'), '{')
    writeFileSync(join(dir, 'scratch'), 'x')
    writeFileSync(join(dir, 'store.lock'), '999999999')
    await ingest(memoryBucket(bucket), dir, silent)
    expect(filesOnDisk(dir).filter((path) => /unfinished|scratch|lock/.test(path))).toEqual([])
    expect((await idsOf(dir)).sort()).toEqual(KEPT)
  })
})

it('reads the figures of an earlier run from the store alone', async () => {
  await ingest(memoryBucket(bucket), dir, silent)
  const text = readFileSync(join(dir, 'store.json'), 'utf8')
  expect(JSON.parse(text).ingest).toMatchObject({ runs: 1, totals: { files: 10, kept: 14 } })
  expect(existsSync(join(dir, 'quarantine.jsonl'))).toBe(true)
})
