import fc from 'fast-check'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import type { LocatedEvent } from '../../lib/ports.ts'
import { rowAt } from '../../lib/store/block-row.ts'
import { compactDay } from '../../lib/store/compact.ts'
import { mergeSorted } from '../../lib/store/merge.ts'
import { entryMaker } from '../../lib/store/order.ts'
import { readParquet } from '../../lib/store/parquet-file.ts'
import { type EventRow, eventOf, rowOf } from '../../lib/store/row.ts'
import type { TableName } from '../../lib/store/schema.ts'
import { type Shredder, shredder } from '../../lib/store/shred.ts'
import { eventSorter } from '../../lib/store/sorter.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { memoryScratch, memorySink } from '../support/memory-bytes.ts'
import { aggregated, consoleLogin, insight, roleCall, serviceEvent } from '../support/stored-events.ts'

const DAY = { table: 'events', account: '111122223333', day: '2026-11-01' } as const
const call = (eventID: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  ...fields,
})
const located = (events: readonly CloudTrailEvent[], key = 'a.json.gz'): LocatedEvent[] =>
  events.map((event, index) => ({ event, key, index }))

async function* batches<T>(...all: readonly T[][]): AsyncGenerator<readonly T[]> {
  yield* all
}

const compact = async (files: readonly LocatedEvent[][], fit = 1e6) => {
  const sink = memorySink()
  const scratch = memoryScratch()
  const foreign: string[] = []
  const done = await compactDay(DAY, {
    events: batches(...files),
    scratch,
    sink,
    budget: { events: fit, bytes: 1e9 },
    onForeign: ({ event }, { table, day }) => foreign.push(`${event.eventID} ${table} ${day}`),
  })
  return { ...done, file: sink.bytes(), spilled: scratch.pieces, foreignEvents: foreign }
}
const rowsIn = async (bytes: Uint8Array): Promise<EventRow[]> => {
  const rows: EventRow[] = []
  for await (const group of readParquet({
    byteLength: bytes.length,
    slice: (a, b) => bytes.slice(a, b).buffer as ArrayBuffer,
  })) {
    rows.push(...group)
  }
  return rows
}

describe('compacting a day', () => {
  it('keeps the events of the day and names where the others belong', async () => {
    const late = call('next', { eventTime: '2026-11-02T00:00:00Z' })
    const { rows, events, foreign, foreignEvents, file } = await compact([
      located([roleCall, late, consoleLogin, serviceEvent, insight], 'a'),
      located([roleCall, call('before', { eventTime: '2026-10-30T00:00:00Z' })], 'b'),
    ])
    expect({ rows, events, foreign }).toEqual({
      rows: 2,
      events: { read: 3, kept: 2, duplicate: 1, superseded: 0 },
      foreign: 4,
    })
    expect(foreignEvents).toEqual([
      'next events 2026-11-02',
      `${consoleLogin.eventID} events 2026-11-02`,
      `${insight.eventID} insights 2026-11-01`,
      'before events 2026-10-30',
    ])
    expect((await rowsIn(file)).map((row) => row['sourcefile'])).toEqual(['a', 'a'])
  })

  it('leaves out what was corrected, also by an event of another day', async () => {
    const corrects = (originalEventID: string) => ({ addendum: { reason: 'UPDATED_DATA', originalEventID } })
    const { events, file } = await compact([
      located([call('a'), call('b'), call('a2', corrects('a'))]),
      located([call('c'), call('b2', { ...corrects('b'), eventTime: '2026-11-02T00:00:00Z' })]),
    ])
    expect(events).toEqual({ read: 4, kept: 2, duplicate: 0, superseded: 2 })
    expect((await rowsIn(file)).map((row) => row['eventid'])).toEqual(['c', 'a2'])
  })

  it('gives the same bytes however little fits in memory, also in more runs than are merged at once', async () => {
    const events = Array.from({ length: 300 }, (_, n) =>
      call(`${n}`, { eventName: `Name${n % 7}`, eventTime: `2026-11-01T00:00:0${n % 10}Z` }),
    )
    const files = events.map((event, n) => [{ event, key: `${String(n % 50).padStart(3, '0')}`, index: n }])
    const whole = await compact(files)
    expect(whole.spilled).toBe(0)
    for (const fit of [2, 10, 100]) {
      const spilled = await compact(files, fit)
      expect(spilled.spilled).toBeGreaterThan(1)
      expect(spilled.file).toEqual(whole.file)
    }
    expect(parquetMetadata(whole.file.buffer as ArrayBuffer).num_rows).toBe(300n)
  })

  it('brings back events whole from the scratch file, whatever is in them', async () => {
    const odd = call('odd', {
      eventName: 'Tab\tand\nline\u2028',
      userAgent: '\ud800 lone',
      requestParameters: JSON.parse('{"__proto__":{"x":1},"n":-0.5e-7}'),
      userIdentity: 'root' as never,
    })
    const { file } = await compact([located([odd]), located([call('b'), call('c')])], 1)
    const row = (await rowsIn(file)).find(({ eventid }) => eventid === 'odd')!
    expect(row).toEqual(rowOf({ event: odd, key: 'a.json.gz', index: 0 }))
    expect(JSON.stringify(eventOf(row).requestParameters)).toBe('{"__proto__":{"x":1},"n":-5e-8}')
  })

  it('writes a file without rows for a day without events', async () => {
    expect(await rowsIn((await compact([])).file)).toEqual([])
  })
})

/** The place in the order, of an event and of its row. */
const entriesFor = (event: LocatedEvent, table: TableName) => {
  const [a, b] = [shredder(table), shredder(table)]
  a.addEvent(event)
  b.addRow(rowOf(event, table))
  const placeOf = ({ take, leaves }: Shredder) => {
    const { block: _, row: _row, ...place } = entryMaker(leaves)(take())[0]!
    return place
  }
  return { byEvent: placeOf(a), byRow: placeOf(b) }
}

describe('the order of the store', () => {
  it('is the same for an event and for its row', () => {
    const names = fc.oneof(fc.string(), fc.constant('\ud800'), fc.integer(), fc.boolean(), fc.constant(null))
    const event = fc.record({
      eventSource: names,
      eventName: names,
      eventTime: fc.oneof(
        fc.constant('2026-11-01T10:00:00Z'),
        fc.string(),
        fc.constant('2026-11-01T10:00:00.25Z'),
      ),
    }) as fc.Arbitrary<CloudTrailEvent>
    fc.assert(
      fc.property(event, (found) => {
        const { byEvent, byRow } = entriesFor({ event: found, key: 'k', index: 3 }, 'events')
        expect(byEvent).toEqual(byRow)
        expect(byEvent).toMatchObject({ file: 'k', index: 3 })
      }),
    )
    const { byEvent: a, byRow } = entriesFor({ event: aggregated, key: 'k', index: 0 }, 'aggregated_events')
    expect(a).toEqual(byRow)
    expect(a.time).toBe(Date.UTC(2026, 10, 1, 10, 5))
  })

  it('is kept by a sorter that spills at any moment', async () => {
    const item = fc.record({
      name: fc.nat({ max: 3 }),
      second: fc.nat({ max: 9 }),
      spill: fc.constantFrom(true, true, true, true, false),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 90 }),
        fc.constantFrom(1, 20_000, 1e9),
        async (items, atOnce) => {
          const sorter = eventSorter('events', memoryScratch(), atOnce)
          const entries = items.map(({ name, second }, index) => ({
            event: call(`${index}`, { eventName: `N${name}`, eventTime: `2026-11-01T00:00:0${second}Z` }),
            key: 'k',
            index,
          }))
          for (const [at, one] of entries.entries()) {
            sorter.add(one)
            if (items[at]!.spill) await sorter.spill()
          }
          const out: string[] = []
          for await (const batch of await sorter.sorted())
            for (const { block, row } of batch) out.push(rowAt(block, row, 'events')['eventid'] as string)
          const expected = items
            .map(({ name, second }, index) => ({ name, second, index }))
            .sort((a, b) => a.name - b.name || a.second - b.second || a.index - b.index)
          expect(out).toEqual(expected.map(({ index }) => `${index}`))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('merging', () => {
  it('gives every item once and in order, equal ones in the order of their sources', async () => {
    const source = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(source, { maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (sources, size) => {
          const sorted = sources.map((all, from) => {
            const flat = all.flat().sort((a, b) => a - b)
            let at = 0
            return all.map((batch) => batch.map(() => ({ value: flat[at++]!, from })))
          })
          const out: { value: number; from: number }[] = []
          const merged = mergeSorted(
            sorted.map((all) => batches(...all)),
            (a, b) => a.value - b.value,
            size,
          )
          for await (const batch of merged) out.push(...batch)
          const expected = sorted.flat(2).sort((a, b) => a.value - b.value || a.from - b.from)
          expect(out).toEqual(expected)
        },
      ),
    )
  })
})
