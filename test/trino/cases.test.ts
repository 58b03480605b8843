import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseQuery } from '../../lib/query/pack.ts'
import { compileQuery } from '../../lib/query/run-query.ts'
import { packCases } from '../support/pack-cases.ts'
import { catalog } from '../support/query-store.ts'
import { type Oracle, startOracle } from './oracle.ts'
import { createTables } from './tables.ts'

const started = await startOracle()
const oracle = 'missing' in started ? undefined : (started as Oracle)
if ('missing' in started) console.warn(`skipped: ${started.missing}`)

const root = join(import.meta.dirname, '../..')

describe.skipIf(!oracle)('the cases of the packs', () => {
  afterAll(() => oracle!.close())

  it.each(packCases().map((one) => [`${one.pack}/${one.name}`, one] as const))(
    '%s has the same rows on a real Trino',
    async (name, { events, params, rows }) => {
      const file = join('queries', `${name}.sql`)
      const query = parseQuery(file, readFileSync(join(root, file), 'utf8'))
      await createTables(oracle!, events)
      const { sql, columns } = compileQuery({ query, catalog, params }, 'athena')
      const answer = await oracle!.run(sql)
      expect(answer.error).toBeUndefined()
      const shown = (answer.rows ?? []).map((row, index) =>
        Object.fromEntries(
          Object.keys(rows[index] ?? {}).map((column) => [
            column,
            row[columns.findIndex((one) => one.name === column)] ?? null,
          ]),
        ),
      )
      expect(shown).toEqual(rows)
    },
  )
})
