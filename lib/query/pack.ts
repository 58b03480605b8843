import { ContentError } from '../errors.ts'
import type { Level } from '../finding.ts'
import { tokenize } from '../sql/lexer.ts'
import { Refusal, SqlError } from '../sql/sql-error.ts'
import { type COLUMN_TYPES, type NEEDS, parseFrontMatter, type QueryParameter } from './front-matter.ts'

export type { QueryParameter } from './front-matter.ts'

/**
 * A query file is SQL with a YAML front matter in a leading comment:
 *
 *     /*---
 *     name: top-errors
 *     title: Most frequent errors
 *     question: Which errors occur most often?
 *     params: [since]
 *     columns: { errorcode: string, calls: integer }
 *     ---*\/
 *     SELECT errorCode, count(*) AS calls FROM events WHERE eventTime >= :since GROUP BY errorCode
 *
 * `:name` in the text stands for the value of the parameter.
 */
export interface Query {
  readonly name: string
  readonly title: string
  readonly question: string
  readonly params: readonly QueryParameter[]
  /** Type by name, in the order of the answer; names as they come out, in lower case. */
  readonly columns?: Readonly<Record<string, (typeof COLUMN_TYPES)[number]>>
  readonly severity?: Level
  /** How a row becomes a finding, where the query has a severity. */
  readonly finding?: FindingTemplate
  /** Numbers of the controls it monitors: `CIS v5.0 4.3`. */
  readonly controls: readonly string[]
  /** What it answers of a catalogue that is not ours: a dashboard's widget, a sample question. */
  readonly covers: readonly string[]
  /** What the trail must record for the query to say anything. */
  readonly needs: readonly (typeof NEEDS)[number][]
  readonly tags: readonly string[]
  /** Notes shown with every result: what the query does not say. */
  readonly notes: readonly string[]
  readonly sql: string
  readonly file: string
}

export interface FindingTemplate {
  /** Columns that make two rows the same finding, run after run; the event, or else all of them, when left out. */
  readonly key?: readonly string[] | undefined
  /** What it says, with `{column}` for a value of the row. */
  readonly summary: string
}

const OPEN = '/*---'
const CLOSE = '---*/'

/** Reads one query file. Throws ContentError naming file and line. */
export const parseQuery = (file: string, text: string): Query => {
  const start = text.replace(/^\ufeff/, '')
  if (!start.startsWith(OPEN)) {
    throw new ContentError(file, `expected a front matter that opens with ${OPEN}`, { line: 1 })
  }
  const end = start.indexOf(CLOSE)
  if (end < 0)
    throw new ContentError(file, `the front matter is never closed; expected ${CLOSE}`, { line: 1 })
  const front = parseFrontMatter(file, start.slice(OPEN.length, end))
  // Blank lines keep the lines of the file in messages about the SQL.
  const sql = start.slice(0, end + CLOSE.length).replace(/[^\n]/g, '') + start.slice(end + CLOSE.length)
  requireSameParameters(file, sql, front.params)
  const { columns, severity, finding, ...rest } = front
  return {
    ...rest,
    ...(columns && { columns }),
    ...(severity && { severity }),
    ...(finding && { finding }),
    sql,
    file,
  }
}

const requireSameParameters = (file: string, sql: string, params: readonly QueryParameter[]): void => {
  const used = new Map(tokens(file, sql).map(({ text, at }) => [text, at]))
  for (const [name, at] of used) {
    if (params.some((param) => param.name === name)) continue
    throw new ContentError(file, `:${name} is used but not declared in params`, {
      line: sql.slice(0, at).split('\n').length,
    })
  }
  const names = params.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice) throw new ContentError(file, `the parameter ${twice} is declared twice`)
  const unused = names.find((name) => !used.has(name))
  if (unused) throw new ContentError(file, `the parameter ${unused} is declared but :${unused} is not used`)
}

const tokens = (file: string, sql: string) => {
  try {
    return tokenize(sql).filter(({ kind }) => kind === 'named')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const located = new SqlError(sql, error.at, error.message, { cause: error })
    throw new ContentError(file, located.reason, { cause: error, line: located.line })
  }
}
