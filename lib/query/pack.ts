import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { ContentError } from '../errors.ts'
import { LEVELS } from '../finding.ts'
import { tokenize } from '../sql/lexer.ts'
import { Refusal, SqlError } from '../sql/sql-error.ts'

/**
 * A query file is SQL with a YAML front matter in a leading comment:
 *
 *     /*---
 *     name: top-errors
 *     title: Most frequent errors
 *     question: Which errors occur most often?
 *     params:
 *       - { name: since, type: timestamp, default: '2024-01-01 00:00:00', description: from when on, UTC }
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
  readonly columns?: readonly string[]
  readonly severity?: (typeof LEVELS)[number]
  /** How a row becomes a finding, where the query has a severity. */
  readonly finding?: FindingTemplate
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

export interface QueryParameter {
  readonly name: string
  readonly type: 'string' | 'integer' | 'double' | 'boolean' | 'timestamp' | 'date'
  readonly default?: string | undefined
  readonly description: string
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const PARAMETER = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected lower-case letters, digits and _'),
  type: z.enum(['string', 'integer', 'double', 'boolean', 'timestamp', 'date']),
  default: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  description: z.string().min(1),
})

const FRONT_MATTER = z.strictObject({
  name: z.string().regex(NAME, 'expected kebab-case'),
  title: z.string().min(1),
  question: z.string().min(1),
  params: z.array(PARAMETER).default([]),
  columns: z.array(z.string()).optional(),
  severity: z.enum(LEVELS).optional(),
  finding: z
    .strictObject({ key: z.array(z.string()).min(1).optional(), summary: z.string().min(1) })
    .optional(),
  tags: z.array(z.string()).default([]),
  notes: z.array(z.string()).default([]),
})

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
  const front = frontMatter(file, start.slice(OPEN.length, end))
  // Blank lines keep the lines of the file in messages about the SQL.
  const sql = start.slice(0, end + CLOSE.length).replace(/[^\n]/g, '') + start.slice(end + CLOSE.length)
  requireSameParameters(file, sql, front.params)
  const { columns, severity, finding, ...rest } = front
  if (finding && !severity) throw new ContentError(file, 'finding: expected a severity with it')
  return {
    ...rest,
    ...(columns && { columns }),
    ...(severity && { severity }),
    ...(finding && { finding }),
    sql,
    file,
  }
}

const frontMatter = (file: string, yaml: string): z.infer<typeof FRONT_MATTER> => {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false })
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : lineCounter.linePos(offset).line
  const [error] = document.errors
  if (error) throw new ContentError(file, `front matter: ${error.message}`, { line: lineAt(error.pos[0]) })
  const parsed = FRONT_MATTER.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const node = nearestNode(document, issue.path)
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  throw new ContentError(file, `front matter: ${where}${issue.message}`, { line: lineAt(node) })
}

/** Offset of the deepest part of the document on a path. */
const nearestNode = (
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number | undefined => {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined
    if (node?.range) return node.range[0]
  }
  return undefined
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

/** Reads the query files of a pack; two queries of one name are an error. */
export const parsePack = (
  files: readonly { readonly file: string; readonly text: string }[],
): ReadonlyMap<string, Query> => {
  const queries = new Map<string, Query>()
  for (const { file, text } of files) {
    const query = parseQuery(file, text)
    const other = queries.get(query.name)
    if (other) throw new ContentError(file, `the name ${query.name} is already taken by ${other.file}`)
    queries.set(query.name, query)
  }
  return queries
}
