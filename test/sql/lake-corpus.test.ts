import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { duckdbQueryEngine } from '../../lib/local/query-engine.ts'
import type { Row } from '../../lib/ports.ts'
import { compile } from '../../lib/sql/compile.ts'
import { catalog } from '../support/query-store.ts'

const root = join(import.meta.dirname, '../..')
const params = { since: '2026-10-14', until: '2026-10-15' }

interface Case {
  readonly name: string
  readonly expected: string
  readonly sql: string
}

const cases = readFileSync(join(import.meta.dirname, 'lake-corpus.sql'), 'utf8')
  .split(/^-- == /m)
  .slice(1)
  .map((block): Case => {
    const [name = '', expected = '', ...sql] = block.split('\n')
    return { name, expected: expected.replace('-- ', ''), sql: sql.join('\n') }
  })

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-corpus-'))
const engine = duckdbQueryEngine({ storeDir: join(dir, 'store'), timeoutSeconds: 60 })

const reason = (sql: string, dialect: 'athena' | 'duckdb'): string => {
  try {
    compile(sql, { catalog, params, dialect })
    return 'accepted'
  } catch (error) {
    return String(error)
  }
}

const shown = (row: Row): string =>
  Object.values(row)
    .slice(0, 4)
    .map((value) => value?.slice(0, 60) ?? 'NULL')
    .join(' | ')

/** The row that sorts first, whatever order rows of equal rank came in. */
const first = (rows: readonly Row[]): string => rows.map(shown).sort()[0] ?? ''

describe('queries as people write them for CloudTrail Lake and Athena', () => {
  beforeAll(() => {
    const program = join(root, 'bin/trailwarden.ts')
    execFileSync(process.execPath, [
      program,
      'ingest',
      join(root, 'examples/incident'),
      '--out',
      join(dir, 'store'),
    ])
  }, 120_000)
  afterAll(async () => {
    await engine.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it.each(cases.filter(({ expected }) => expected.startsWith('rows')))('$name', async ({ sql, expected }) => {
    const athena = compile(sql, { catalog, params, dialect: 'athena' })
    const duckdb = compile(sql, { catalog, params, dialect: 'duckdb' })
    expect(athena.columns).toEqual(duckdb.columns)
    const { rows } = await engine.run(duckdb.sql, [])
    const found = expected.includes(':') ? `rows ${rows.length}: ${first(rows)}` : `rows ${rows.length}`
    expect(found.trimEnd()).toBe(expected)
  })

  it.each(cases.filter(({ expected }) => expected.startsWith('refused')))('$name', ({ sql, expected }) => {
    const part = expected.replace('refused: ', '')
    expect(reason(sql, 'duckdb')).toContain(part)
    expect(reason(sql, 'athena')).toContain(part)
  })
})
