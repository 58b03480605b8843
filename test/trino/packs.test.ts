import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileQuery } from '../../lib/query/run-query.ts'
import { encodeLiteral } from '../../lib/sql/literal.ts'
import { catalog, packQueries, sampleEvents } from '../support/query-store.ts'
import { type Oracle, startOracle } from './oracle.ts'
import { createTables } from './tables.ts'

const started = await startOracle()
const oracle = 'missing' in started ? undefined : (started as Oracle)
if ('missing' in started) console.warn(`skipped: ${started.missing}`)

const PACKS = fileURLToPath(new URL('../../queries/', import.meta.url))
const packs = readdirSync(PACKS, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const queries = [...packQueries(...packs).values()]

/** A value of each type for parameters that have no default. */
const SAMPLE: Readonly<Record<string, string>> = {
  string: 'AKIAEXAMPLE',
  integer: '1',
  double: '1.5',
  boolean: 'true',
  timestamp: '2024-01-01 00:00:00',
  date: '2024-01-01',
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  fc
    .array(fc.constantFrom("'", "''", '\\', ';', '--', '/*', '"', '\n', 'OR 1=1', '%', '?', "U&'"), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
)

describe.skipIf(!oracle)('what we send to Athena', () => {
  beforeAll(() => createTables(oracle!, sampleEvents))
  afterAll(() => oracle!.close())

  it.each(queries)('$file runs on a real Trino', async (query) => {
    const missing = query.params.filter((param) => param.default === undefined)
    const params = Object.fromEntries(missing.map(({ name, type }) => [name, SAMPLE[type]!]))
    const { sql, columns } = compileQuery({ query, catalog, params }, 'athena')
    expect(await oracle!.syntaxError(sql)).toBeUndefined()
    const answer = await oracle!.run(sql)
    expect(answer.error).toBeUndefined()
    expect(answer.columns).toEqual(columns.map(({ name }) => name))
  })

  it('carries any text as a literal, and nothing of it as SQL', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 20 }), async (values) => {
        const literals = values.map((value) => encodeLiteral('varchar', value, 0))
        const { rows, error } = await oracle!.run(
          `SELECT ${literals.map((text) => `CAST(${text} AS varchar)`).join(', ')}`,
        )
        expect(error).toBeUndefined()
        expect(rows![0]).toEqual(values)
      }),
      { numRuns: 40 },
    )
  })
})
