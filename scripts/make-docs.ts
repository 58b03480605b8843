// Writes the tables of docs/rules.md and docs/queries.md again from rules/, queries/ and lib/. Run it after a change
// there: npm run docs. A test fails while a page is behind.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadRules, type Rule } from '../lib/detection/rules.ts'
import { LEVELS } from '../lib/finding.ts'
import { type QueryLibrary, queryLibrary } from '../lib/query/library.ts'
import type { Query, QueryParameter } from '../lib/query/pack.ts'
import { parsePackHead } from '../lib/query/pack-head.ts'
import type { FunctionDefinition } from '../lib/sql/functions.ts'
import { AGGREGATE_FUNCTIONS } from '../lib/sql/functions-aggregate.ts'
import { BYTE_FUNCTIONS } from '../lib/sql/functions-bytes.ts'
import { COLLECTION_FUNCTIONS } from '../lib/sql/functions-collection.ts'
import { JSON_FUNCTIONS } from '../lib/sql/functions-json.ts'
import { MAP_FUNCTIONS } from '../lib/sql/functions-map.ts'
import { NUMBER_FUNCTIONS } from '../lib/sql/functions-number.ts'
import { TEXT_FUNCTIONS } from '../lib/sql/functions-text.ts'
import { TIME_FUNCTIONS } from '../lib/sql/functions-time.ts'
import { fromCatalogType } from '../lib/sql/scope.ts'
import { typeName } from '../lib/sql/types.ts'
import { AGGREGATED_COLUMNS, type Column, type ColumnType, EVENT_COLUMNS } from '../lib/store/schema.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const filesBelow = (folder: string, ending: string): { path: string; text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** Rules that report, those of every pack included: the parts of a correlation that have no id of ours stay out. */
export const shippedRules = (): readonly Rule[] => {
  const files = filesBelow('rules', '.yml')
  const packs = Object.keys(loadRules(files).packs)
  return loadRules(files, { packs }).rules.filter(({ own }) => own !== undefined)
}

const library = (): QueryLibrary =>
  queryLibrary(filesBelow('queries', '.sql').map(({ path, text }) => ({ path, read: () => text })))

export const shippedQueries = (): readonly Query[] => {
  const { packs, queriesOf } = library()
  return packs.flatMap(queriesOf)
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()

const ruleTable = (): string => {
  const rules = [...shippedRules()].sort(
    (a, b) => LEVELS.indexOf(b.ref.level) - LEVELS.indexOf(a.ref.level) || (a.ref.id < b.ref.id ? -1 : 1),
  )
  const rows = rules.map(({ ref, kind, sigma, own }) => [
    `\`${ref.id}\``,
    ref.level,
    `${ref.title}. ${sigma.description ?? ''}${kind === 'correlation' ? ' *(correlation)*' : ''}${own?.pack ? ` *(pack ${own.pack})*` : ''}`,
    ref.playbook ? `\`${ref.playbook}\`` : '',
  ])
  return `${rules.length} rules.\n\n${table(['rule', 'level', 'what it says', 'playbook'], rows)}`
}

const queryTables = (): string => {
  const { packs, queriesOf } = library()
  const counts = packs.map((pack) => queriesOf(pack).length)
  const head = `${counts.reduce((sum, count) => sum + count, 0)} queries in ${packs.length} packs.`
  return [head, ...packs.map((pack) => packSection(pack, queriesOf(pack)))].join('\n\n')
}

const packSection = (pack: string, queries: readonly Query[]): string => {
  const path = `queries/${pack}/pack.yml`
  const { title, about } = parsePackHead(path, readFileSync(join(root, path), 'utf8'))
  const rows = queries.map(({ name, question, params, notes, severity, controls }) => [
    `\`${name}\``,
    [question, ...notes, ...(controls.length > 0 ? [`(${controls.join(', ')})`] : [])].join(' '),
    params.map(parameterText).join(', '),
    severity ?? '',
  ])
  const heads = ['query', 'question', 'parameters', 'severity']
  return `### ${pack}\n\n${title}. ${about}\n\n${table(heads, rows)}`
}

const parameterText = ({ name, type, default: value }: QueryParameter): string =>
  `\`${name}\` (${type}${value === undefined ? ', required' : ''})`

const GROUPS: readonly (readonly [string, readonly FunctionDefinition[]])[] = [
  ['text', TEXT_FUNCTIONS],
  ['numbers and choices', NUMBER_FUNCTIONS],
  ['time', TIME_FUNCTIONS],
  ['JSON', JSON_FUNCTIONS],
  ['bytes', BYTE_FUNCTIONS],
  ['arrays and maps', [...COLLECTION_FUNCTIONS, ...MAP_FUNCTIONS]],
  ['aggregates', AGGREGATE_FUNCTIONS.filter(({ kind }) => kind === 'aggregate')],
  ['windows', AGGREGATE_FUNCTIONS.filter(({ kind }) => kind === 'window')],
]

const functionTable = (): string =>
  table(
    ['kind', 'functions'],
    GROUPS.map(([kind, functions]) => [kind, functions.map(({ name }) => `\`${name}\``).join(' ')]),
  )

const columnTable = (columns: readonly Column[]): string =>
  table(
    ['column', 'type'],
    columns.map(({ field, type }) => [`\`${field}\``, shapeText(type)]),
  )

/** A type in Trino's words; of a row only the fields' names, which is what one looks for. */
const shapeText = (type: ColumnType): string => {
  if (typeof type === 'string') return typeName(fromCatalogType(type))
  if ('array' in type) return `array(${shapeText(type.array)})`
  const fields = Object.entries(type.struct).map(([name, inner]) =>
    typeof inner === 'object' ? `${name} ${shapeText(inner)}` : name,
  )
  return `row(${fields.join(', ')})`
}

/** What stands between `<!-- name: ... -->` and `<!-- end of name -->`, by page. */
const PARTS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/rules.md': { rules: ruleTable },
  'docs/queries.md': {
    queries: queryTables,
    functions: functionTable,
    columns: () => columnTable(EVENT_COLUMNS),
    'aggregated columns': () => columnTable(AGGREGATED_COLUMNS),
  },
}

/** Pages with made parts, as they should read now: path from the root -> text. Throws when a page has lost a marker. */
export const madePages = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(PARTS).map(([page, parts]) => {
      let text = readFileSync(join(root, page), 'utf8')
      for (const [name, make] of Object.entries(parts)) text = withPart(page, text, name, make())
      return [page, text]
    }),
  )

const withPart = (page: string, text: string, name: string, made: string): string => {
  const open = `<!-- ${name}: made by npm run docs, do not edit -->`
  const close = `<!-- end of ${name} -->`
  const [from, to] = [text.indexOf(open), text.indexOf(close)]
  if (from < 0 || to < from)
    throw new Error(`${page}: expected ${open} and then ${close}, found no such pair`)
  return `${text.slice(0, from + open.length)}\n\n${made}\n\n${text.slice(to)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [page, text] of madePages()) writeFileSync(join(root, page), text)
}
