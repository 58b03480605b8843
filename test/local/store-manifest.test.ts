import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../lib/errors.ts'
import { growingEventStore, parquetEventStore } from '../../lib/local/event-store.ts'
import { readManifest } from '../../lib/local/store-manifest.ts'
import { storedTable } from '../../lib/local/stored-table.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { consoleLogin, insight, roleCall, serviceEvent } from '../support/stored-events.ts'

let dir: string
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'trailwarden-store-')), 'store')
})
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }))

const located = (events: readonly CloudTrailEvent[]): LocatedEvent[] =>
  events.map((event, index) => ({ event, key: 'AWSLogs/a.json.gz', index }))

const store = async (events: readonly CloudTrailEvent[]) => {
  const opened = parquetEventStore(dir)
  await opened.append(located(events))
  return opened.close()
}

describe('the folder of a store', () => {
  it('replaces an earlier store and nothing else in its folder', async () => {
    await store([roleCall, consoleLogin, insight])
    writeFileSync(join(dir, 'quarantine.jsonl'), '{}\n')
    writeFileSync(join(dir, 'events', 'mine.txt'), 'kept')
    const done = await store([serviceEvent])
    expect(readdirSync(dir).sort()).toEqual(['events', 'quarantine.jsonl', 'store.json'])
    expect(readdirSync(join(dir, 'events')).sort()).toEqual(['account=111122223333', 'mine.txt'])
    expect(done.rows).toBe(1)
  })

  it('replaces what a killed run left, which no query takes for a store', async () => {
    const killed = parquetEventStore(dir, { budget: { events: 1, bytes: 1e9 } })
    await killed.append(located([roleCall, consoleLogin]))
    mkdirSync(join(dir, 'events', 'account=111122223333', 'day=2026-11-01'), { recursive: true })
    expect(readManifest(dir)?.complete).toBe(false)
    expect(() => storedTable(dir, 'events')).toThrow('ingest did not finish')
    writeFileSync(
      join(dir, 'events', 'account=111122223333', 'day=2026-11-01', 'part-00001.parquet.unfinished'),
      'PAR1',
    )
    await store([serviceEvent])
    expect(readdirSync(join(dir, 'events', 'account=111122223333', 'day=2026-11-01'))).toEqual([
      'part-00000.parquet',
    ])
    expect(existsSync(join(dir, 'events', 'account=444455556666'))).toBe(false)
  })

  it('refuses a folder that holds anything else, and touches nothing in it', async () => {
    mkdirSync(dir)
    writeFileSync(join(dir, 'thesis.doc'), 'mine')
    await expect(parquetEventStore(dir).close()).rejects.toThrow(UsageError)
    await expect(parquetEventStore(dir).append([])).rejects.toThrow('found thesis.doc in it')
    expect(readdirSync(dir)).toEqual(['thesis.doc'])
  })

  it.each(['{"format":"other"}', 'not json', '{"format":"trailwarden-event-store","version":99}'])(
    'refuses a folder whose store.json is %s',
    async (text) => {
      mkdirSync(dir)
      writeFileSync(join(dir, 'store.json'), text)
      await expect(parquetEventStore(dir).close()).rejects.toThrow(UsageError)
      expect(readdirSync(dir)).toEqual(['store.json'])
    },
  )

  it('replaces a store of an older version, its files and all, and adds to none', async () => {
    await store([roleCall, consoleLogin])
    const path = join(dir, 'store.json')
    const older = JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version: 1 })
    writeFileSync(path, older)
    await expect(growingEventStore(dir, 'source')).rejects.toThrow('expected store version')
    const done = await store([serviceEvent])
    expect(done.rows).toBe(1)
    expect(existsSync(join(dir, 'events', 'account=444455556666'))).toBe(false)
    expect(readManifest(dir)).toMatchObject({ version: 2, generation: 1, rows: 1 })
  })

  it('refuses a path that is a file, and a query without a store', async () => {
    writeFileSync(dir, '')
    await expect(parquetEventStore(dir).close()).rejects.toThrow('found a file')
    expect(() => storedTable(join(dir, '..', 'none'), 'events')).toThrow('found no store.json')
  })
})
