import type { QueryLibrary } from '../../lib/query/library.ts'
import type { Query } from '../../lib/query/pack.ts'
import { compileQuery } from '../../lib/query/run-query.ts'
import type { CompileOptions } from '../../lib/sql/compile.ts'
import { openQueries, readPackHead } from '../queries.ts'

/** Every pack with its queries, or one pack with its questions and parameters. */
export const listText = (pack: string | undefined): string => {
  const queries = openQueries()
  if (pack !== undefined) {
    const entries = queries.queriesOf(pack).map(entryOf)
    return [headOf(pack, queries), ...entries].join('\n\n')
  }
  const lines = queries.packs.map((name) =>
    [headOf(name, queries), ...queries.queriesOf(name).map(lineOf)].join('\n'),
  )
  return [...lines, 'query list PACK tells questions and parameters, query show NAME the SQL.'].join('\n\n')
}

const headOf = (pack: string, queries: QueryLibrary): string => {
  const { title, about } = readPackHead(pack)
  const count = queries.namesOf(pack).length
  return `${pack} (${count} ${count === 1 ? 'query' : 'queries'}): ${title}\n${wrapped(about, '')}`
}

const lineOf = ({ name, title, severity }: Query): string =>
  `  ${name.padEnd(52)} ${title}${severity ? ` [${severity}]` : ''}`

const entryOf = ({ name, question, params, severity, controls }: Query): string =>
  [
    `${name}${severity ? `  [${severity}]` : ''}`,
    wrapped(question, '    '),
    ...(controls.length > 0 ? [wrapped(controls.join(', '), '    ')] : []),
    ...params.map(({ name: param, default: value }) => `    --param ${param}=${value ?? '...'}`),
  ].join('\n')

const WIDTH = 108

const wrapped = (text: string, indent: string): string => {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 1 <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${indent}${word}`)
  }
  return lines.join('\n')
}

/** One query in full: what it asks, takes and gives, and its text as it stands in the file. */
export const showText = (query: Query, pack: string, catalog: CompileOptions['catalog']): string =>
  [
    `${pack}/${query.name}: ${query.title}`,
    wrapped(query.question, ''),
    ...section('parameters', query.params.map(parameterText)),
    ...section('columns', columnsOf(query, catalog)),
    ...section('finding', findingText(query)),
    ...section('controls', query.controls),
    ...section('answers', query.covers),
    ...section(
      'needs',
      query.needs.map((need) => `${need} events`),
    ),
    ...section('notes', query.notes),
    query.sql.trim(),
  ].join('\n\n')

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? [`${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`] : []

const parameterText = ({ name, type, default: value, description }: Query['params'][number]): string =>
  `${name} (${type}, ${value === undefined ? 'required' : `default ${value}`}): ${description}`

/** As declared; else as compiled, with a value for every parameter. */
const columnsOf = (query: Query, catalog: CompileOptions['catalog']): string[] => {
  if (query.columns) return Object.entries(query.columns).map(([name, type]) => `${name} (${type})`)
  const params = Object.fromEntries(
    query.params.map(({ name, type, default: value }) => [name, value ?? EXAMPLES[type]]),
  )
  return compileQuery({ query, catalog, params }, 'duckdb').columns.map(
    ({ name, type }) => `${name} (${type})`,
  )
}

const EXAMPLES = {
  string: 'x',
  integer: '1',
  double: '1.5',
  boolean: 'true',
  timestamp: '2026-01-01 00:00:00',
  date: '2026-01-01',
} as const

const findingText = ({ severity, finding }: Query): string[] => {
  if (!severity) return []
  const key = finding?.key ? [`one finding per ${finding.key.join(', ')}`] : []
  return [`severity ${severity}`, ...(finding ? [finding.summary] : []), ...key]
}
