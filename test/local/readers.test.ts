import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parquetEventStore } from '../../lib/local/event-store.ts'
import { TABLES, type TableName, tableOf } from '../../lib/store/schema.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { parquetRows, sql } from '../support/read-store.ts'
import {
  aggregated,
  consoleLogin,
  insight,
  networkActivity,
  roleCall,
  serviceEvent,
} from '../support/stored-events.ts'

/** Enough events of one name for several pages and dictionaries, and one of everything that is hard to keep. */
const EVENTS: readonly CloudTrailEvent[] = [
  ...Array.from({ length: 300 }, (_, n) => ({
    ...roleCall,
    eventID: `many-${n}`,
    requestParameters: { n, text: 'ü'.repeat(n) },
    resources: Array.from({ length: n % 4 }, (_, i) => ({
      ARN: `arn:aws:s3:::b${i}`,
      accountId: '111122223333',
    })),
    ...(n % 7 === 0 && { errorCode: 'AccessDenied' }),
  })),
  { ...roleCall, eventID: 'odd', userIdentity: 'root' as never, resources: ['x', null] },
  { ...roleCall, eventID: 'empty', userIdentity: {}, resources: [], tlsDetails: {}, requestParameters: {} },
  consoleLogin,
  serviceEvent,
  insight,
  networkActivity,
  aggregated,
]

let dir: string
let files: readonly { readonly table: TableName; readonly path: string }[]
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trailwarden-readers-'))
  const store = parquetEventStore(join(dir, 'store'))
  await store.append(EVENTS.map((event, index) => ({ event, key: 'AWSLogs/a.json.gz', index })))
  const closed = await store.close()
  files = closed.files.map((path) => ({
    table: path.slice(0, path.indexOf('/')) as TableName,
    path: join(dir, 'store', path),
  }))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Every value of a file, with times as milliseconds; what hyparquet reads. */
const expected = async (path: string) => plain(await parquetRows(path))
const plain = (rows: unknown): unknown =>
  JSON.parse(JSON.stringify(rows), (_name, value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
      ? Date.parse(value)
      : value,
  )

const python = process.env['PYTHON'] ?? 'python3'
const hasPyarrow = spawnSync(python, ['-c', 'import pyarrow.parquet']).status === 0

const READ = `
import json, sys, datetime, pyarrow.parquet as p
def plain(v):
    if isinstance(v, datetime.datetime):
        return round(v.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
    if isinstance(v, list): return [plain(x) for x in v]
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    return v
f = p.ParquetFile(sys.argv[1])
print(json.dumps({"rows": [plain(r) for r in f.read().to_pylist()], "groups": f.metadata.num_row_groups,
  "codec": f.metadata.row_group(0).column(0).compression, "names": f.schema_arrow.names}))
`

describe('a file of the store', () => {
  it('holds every event in one of the four tables', async () => {
    const counts = await Promise.all(
      files.map(async ({ table, path }) => [table, (await parquetRows(path)).length]),
    )
    const total = counts.reduce((sum, [, n]) => sum + (n as number), 0)
    expect(total).toBe(EVENTS.length)
    expect(new Set(files.map(({ table }) => table))).toEqual(new Set(EVENTS.map(tableOf)))
  })

  it('reads in DuckDB as in hyparquet, nested columns included', async () => {
    for (const { path } of files) {
      const rows = await sql(`SELECT * FROM read_parquet('${path}', hive_partitioning = false)`)
      const times = JSON.parse(JSON.stringify(rows), (_name, value) =>
        typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(value)
          ? Date.parse(`${value}Z`)
          : value,
      )
      expect(times).toEqual(await expected(path))
    }
  })

  it.skipIf(!hasPyarrow)(
    'reads in Arrow as in hyparquet, nested columns included (skipped: python3 with pyarrow is not here)',
    async () => {
      for (const { table, path } of files) {
        const out = execFileSync(python, ['-c', READ, path], { maxBuffer: 1 << 28, encoding: 'utf8' })
        const { rows, groups, codec, names } = JSON.parse(out)
        expect(rows).toEqual(await expected(path))
        expect({ groups, codec }).toEqual({ groups: 1, codec: 'ZSTD' })
        expect(names).toEqual(TABLES[table].map(({ name }) => name))
      }
    },
  )
})
