import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../lib/sql/compile.ts'
import { SqlError } from '../../lib/sql/sql-error.ts'
import { catalog, openQueryStore, type QueryStore } from '../support/query-store.ts'
import { type Oracle, startOracle } from './oracle.ts'
import { DATA, pickOf, query } from './random-query.ts'

const started = await startOracle()
const oracle = 'missing' in started ? undefined : (started as Oracle)
if ('missing' in started) console.warn(`skipped: ${started.missing}`)

/** How many queries both engines must be asked. */
const WANTED = Number(process.env['QUERIES'] ?? 100)
/** Where the numbers start: one or several, divided by commas. */
const SEEDS = (process.env['SEED'] ?? '7').split(',').map(Number)

interface Result {
  readonly rows?: Rows
  readonly error?: string
}

type Rows = readonly (readonly (string | null)[])[]

/** A text in which the last digits of doubles do not count: sums come in another order. */
const rounded = (text: string | null): string | null =>
  text?.replace(/-?\d+\.\d+(E-?\d+)?/g, (number) => Number(number).toPrecision(12)) ?? null

const comparable = (rows: Rows): string[] => rows.map((row) => JSON.stringify(row.map(rounded))).sort()

describe.skipIf(!oracle)('random queries', () => {
  let store: QueryStore
  beforeAll(async () => {
    store = await openQueryStore()
  })
  afterAll(async () => {
    await store.close()
    oracle!.close()
  })

  const onDuckdb = async (sql: string): Promise<Result> => {
    try {
      const { columns, rows } = await store.engine.run(sql, [])
      return { rows: rows.map((row) => columns.map((name) => row[name] ?? null)) }
    } catch (error) {
      return { error: String(error) }
    }
  }

  it.each(SEEDS)('have one answer on both engines (seed %i)', { timeout: 240_000 }, async (seed) => {
    const pick = pickOf(seed)
    const counts = { compared: 0, failed: 0, refused: 0, lazy: 0 }
    const different: string[] = []
    while (counts.compared + counts.failed < WANTED && counts.refused < WANTED * 50) {
      const sql = query(pick)
      const compiled = compiledBoth(sql)
      if (!compiled) {
        counts.refused++
        continue
      }
      const theirs = await oracle!.run(compiled.athena)
      const ours = await onDuckdb(compiled.duckdb)
      // The engines may compute a row that the other one leaves out, and fail there.
      if (
        /by zero/i.test(theirs.error ?? ours.error ?? '') ||
        (failsOnce(theirs, ours) && CHOOSES.test(sql.slice(DATA.length)))
      ) {
        counts.lazy++
        continue
      }
      const failed = theirs.error !== undefined && ours.error !== undefined
      counts[failed ? 'failed' : 'compared']++
      if (!failed && !same(theirs.rows, ours.rows)) different.push(report(sql, theirs, ours))
    }
    console.log(`random queries: ${JSON.stringify({ ...counts, different: different.length })}`)
    expect(different).toEqual([])
    expect(counts.compared).toBeGreaterThan(WANTED / 2)
    expect(counts.lazy).toBeLessThan(WANTED / 5)
  })
})

/** Words that leave it to the engine which parts it computes. */
const CHOOSES = /\b(AND|OR|CASE|WHERE|JOIN|IN|if|coalesce|nullif)\b/

const failsOnce = (a: Result, b: Result): boolean => (a.error === undefined) !== (b.error === undefined)

const compiledBoth = (sql: string): { athena: string; duckdb: string } | undefined => {
  try {
    return {
      athena: compile(sql, { catalog, dialect: 'athena' }).sql,
      duckdb: compile(sql, { catalog, dialect: 'duckdb' }).sql,
    }
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

const same = (a: Rows | undefined, b: Rows | undefined): boolean =>
  a !== undefined && b !== undefined && JSON.stringify(comparable(a)) === JSON.stringify(comparable(b))

const report = (sql: string, theirs: Result, ours: Result): string => {
  const show = ({ rows, error }: Result) => error?.split('\n')[0] ?? JSON.stringify(rows)
  return `${sql.slice(DATA.length + 1)}\n  Trino  ${show(theirs)}\n  DuckDB ${show(ours)}`
}
