import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../lib/sql/compile.ts'
import { catalog, sampleEvents } from '../support/query-store.ts'
import { expressions, PARAMS, queries, type Recorded, recorded } from './corpus.ts'
import { type Answer, type Oracle, startOracle } from './oracle.ts'
import { createTables } from './tables.ts'

const started = await startOracle()
const oracle = 'missing' in started ? undefined : (started as Oracle)
if ('missing' in started) console.warn(`skipped: ${started.missing}`)
const isRecording = process.env['RECORD'] === '1'

const texts = [...expressions().map((text) => `SELECT ${text} AS x`), ...queries()]
const emitted = (sql: string): string => compile(sql, { catalog, dialect: 'athena', params: PARAMS }).sql
const rowsOf = ({ rows, error }: Answer): Recorded['rows'] => (error === undefined ? rows! : 'fails')

describe.skipIf(!oracle)('a real Trino', () => {
  const found: Recorded[] = []
  beforeAll(() => createTables(oracle!, sampleEvents))
  afterAll(() => {
    const path = fileURLToPath(new URL('answers.jsonl', import.meta.url))
    if (isRecording) writeFileSync(path, found.map((item) => `${JSON.stringify(item)}\n`).join(''))
    oracle!.close()
  })

  it.each(texts)('answers what is recorded for %s', async (sql) => {
    const rows = rowsOf(await oracle!.run(emitted(sql)))
    if (isRecording) found.push({ sql, rows })
    else expect(rows).toEqual(recorded().find((item) => item.sql === sql)?.rows)
  })

  // Of an expression whose value is shown as it is, Trino must say the same without us in between.
  it.each(expressions())('takes %s as it is written', async (text) => {
    const compiled = emitted(`SELECT ${text} AS x`)
    if (/ AS (json|varchar)\)\)? AS x$/.test(compiled) || text.includes('TIMESTAMP')) return
    const [written, ours] = [await oracle!.run(`SELECT ${text} AS x`), await oracle!.run(compiled)]
    expect(rowsOf(ours)).toEqual(rowsOf(written))
  })
})
