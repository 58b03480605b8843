import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gathered, picksOf } from '../../lib/store/block.ts'
import { rowAt } from '../../lib/store/block-row.ts'
import { type EventRow, rowOf } from '../../lib/store/row.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { shredder } from '../../lib/store/shred.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { aggregated, insight, networkActivity, roleCall, serviceEvent } from '../support/stored-events.ts'

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never>
const text = fc.oneof(fc.constantFrom('', 'a', 'b', '\ud800', '2026-11-01T00:00:00Z', 'true'), json)
const fieldsOf = (names: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] })

const identity = fc.record(
  {
    type: text,
    sessionContext: fc.oneof(
      json,
      fc.record(
        {
          attributes: fieldsOf(['creationDate', 'mfaAuthenticated', 'more'], text),
          sessionIssuer: fieldsOf(['arn', 'userName'], text),
        },
        { requiredKeys: [] },
      ),
    ),
    inScopeOf: fieldsOf(['credentialsIssuedTo'], text),
    extra: json,
  },
  { requiredKeys: [] },
)
/** Events of every shape that a column can be met with. */
const events = (table: TableName): fc.Arbitrary<CloudTrailEvent> =>
  fc
    .tuple(
      fieldsOf(
        TABLES[table].map(({ field }) => field),
        text,
      ),
      fc.record(
        {
          userIdentity: fc.oneof(json, identity),
          resources: fc.oneof(json, fc.array(fc.oneof(fieldsOf(['ARN', 'arn', 'type'], text), json))),
          timeWindow: fieldsOf(['windowStart', 'windowEnd', 'other'], text),
        },
        { requiredKeys: [] },
      ),
    )
    .map(([plain, nested]) => ({ ...plain, ...nested }) as CloudTrailEvent)

/** The order of fields in `otherfields` means nothing. */
const comparable = (row: EventRow) => ({
  ...row,
  otherfields: typeof row['otherfields'] === 'string' ? JSON.parse(row['otherfields']) : null,
})

describe('events in columns', () => {
  for (const table of ['events', 'aggregated_events'] as const) {
    it(`hold the very rows of ${table}, whatever the events hold`, () => {
      fc.assert(
        fc.property(fc.array(events(table), { maxLength: 6 }), (found) => {
          const located = found.map((event, index) => ({ event, key: 'k', index }))
          const shreds = shredder(table)
          for (const one of located) shreds.addEvent(one)
          const block = shreds.take()
          expect(located.map((_, row) => comparable(rowAt(block, row, table)))).toEqual(
            located.map((one) => comparable(rowOf(one, table))),
          )
        }),
      )
    })
  }

  it('can be added as rows too, and begin anew after each block', () => {
    const all = [roleCall, serviceEvent, insight, networkActivity]
    const rows = all.map((event, index) => rowOf({ event, key: 'k', index }, 'events'))
    const shreds = shredder('events')
    for (const row of rows) {
      shreds.addRow(row)
      expect(shreds.rows).toBe(1)
      expect(rowAt(shreds.take(), 0, 'events')).toEqual(row)
      expect(shreds.rows).toBe(0)
    }
    expect(shreds.take().rows).toBe(0)
    shreds.addEvent({ event: aggregated, key: 'k', index: 0 })
    expect(shreds.bytes).toBeGreaterThan(0)
  })

  it('are picked out of several blocks in any order, lists too', () => {
    const event = events('events')
    fc.assert(
      fc.property(
        fc.array(fc.array(event, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (files, wanted) => {
          const shreds = shredder('events')
          const rows = files.flatMap((found, file) => {
            for (const [index, one] of found.entries()) shreds.addEvent({ event: one, key: `${file}`, index })
            const block = shreds.take()
            return found.map((_, row) => ({ block, row }))
          })
          const picked = wanted.map((n) => rows[n % rows.length]!)
          const block = gathered(shreds.leaves, picksOf(picked))
          expect(picked.map((_, row) => rowAt(block, row, 'events'))).toEqual(
            picked.map((one) => rowAt(one.block, one.row, 'events')),
          )
        },
      ),
    )
  })
})
