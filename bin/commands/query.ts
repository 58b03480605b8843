import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { missingKinds } from '../../lib/query/needs.ts'
import type { Query } from '../../lib/query/pack.ts'
import { reachOf } from '../../lib/query/reach.ts'
import { compileQuery, type QueryRequest } from '../../lib/query/run-query.ts'
import { coverageNotes } from '../../lib/store/coverage.ts'
import { TABLES } from '../../lib/store/schema.ts'
import { readText } from '../files.ts'
import { formatOption, many } from '../options.ts'
import { openQueries } from '../queries.ts'
import { interruptible, printRows } from '../query-output.ts'
import type { Session } from '../session.ts'
import { listText, showText } from './query-list.ts'

interface QueryOptions {
  readonly sql?: string
  readonly file?: string
  readonly param: readonly string[]
  readonly format: 'table' | 'csv' | 'json' | 'jsonl'
  readonly explain?: 'athena' | 'duckdb'
  readonly timeout: number
  readonly memory: string
}

const catalog = Object.fromEntries(Object.entries(TABLES).map(([name, columns]) => [name, { columns }]))

/** `trailwarden query`: one SELECT in CloudTrail Lake's dialect, by name or as text. */
export const addQuery = (program: Command, session: Session): void => {
  const command = program
    .command('query')
    .description("Ask in CloudTrail Lake's SQL: a query by name, or a SELECT of your own.")
    .usage(
      '[options] <source> [name]\n       trailwarden query list [pack]\n       trailwarden query show <name>',
    )
    .argument('<source>', 'a store, the --out folder of a scan, or anything scan reads')
    .argument('[name]', 'a query by name, or by pack/name; trailwarden query list names them all')
    .option('--sql <text>', 'a SELECT')
    .option('--file <file>', 'a file that holds a SELECT')
    .option('--param <name=value...>', 'a parameter of the query', many, [])
    .option('--timeout <seconds>', 'stop the query after this long', seconds, 300)
    .option('--memory <size>', 'stop the query when it needs more', memory, '2GB')
    .addOption(formatOption('table', 'csv', 'json', 'jsonl'))
    .addOption(
      new Option('--explain <engine>', 'print what the engine would be sent, and run nothing').choices([
        'athena',
        'duckdb',
      ]),
    )
    .addHelpText('after', HELP)
    .action((source: string, name: string | undefined, options: QueryOptions) =>
      query(source, name, options, session),
    )
  addCatalogue(command, session)
}

/** The verbs that need no source. A folder called list is `./list`. */
const addCatalogue = (command: Command, { terminal }: Session): void => {
  command
    .command('list')
    .argument('[pack]', 'one pack, with the questions and parameters of its queries')
    .description('Every query, by pack.')
    .addHelpText('after', '\nExamples:\n  trailwarden query list\n  trailwarden query list investigation\n')
    .action((pack: string | undefined) => terminal.out(listText(pack)))
  command
    .command('show')
    .argument('<name>', 'name of the query, or pack/name')
    .description('One query: what it asks, takes and gives, and its SQL.')
    .addHelpText('after', '\nExample:\n  trailwarden query show root-activity\n')
    .action((name: string) => {
      const queries = openQueries()
      const found = queries.find(name)
      terminal.out(showText(found, packOf(found), catalog))
    })
}

const packOf = ({ file }: Query): string => file.split(/[/\\]/).at(-2) ?? ''

const HELP = `
Columns are those of CloudTrail Lake; the table may be called events, or by any event data store's name or id.

Examples:
  trailwarden query list
  trailwarden query ./my-bucket root-activity
  trailwarden query ./store access-key-activity --param access_key_id=AKIAIOSFODNN7EXAMPLE --format csv
  trailwarden query ./store --sql "SELECT eventName, count(*) AS n FROM events GROUP BY eventName ORDER BY n DESC LIMIT 10"
  trailwarden query ./store top-errors --explain athena
`

/** A day. Timers of 25 days and more would fire at once. */
const LONGEST = 86_400

const seconds = (value: string): number => {
  const number = Number(value)
  if (!(number > 0 && number <= LONGEST)) {
    throw new InvalidArgumentError(`expected a number of seconds above 0, at most ${LONGEST}.`)
  }
  return number
}

const memory = (value: string): string => {
  if (!/^[1-9]\d{0,5}(MB|GB)$/i.test(value))
    throw new InvalidArgumentError('expected a size such as 512MB or 4GB.')
  return value.toUpperCase()
}

const query = async (
  source: string,
  name: string | undefined,
  options: QueryOptions,
  session: Session,
): Promise<void> => {
  const { terminal } = session
  if (name === 'list' && !options.sql && !options.file) return terminal.out(listText(undefined))
  const request = { query: await wanted(name, options), params: paramsOf(options.param), catalog }
  if (options.explain) return explain(request, options.explain, source, session)
  const { timeRange, accounts } = compileQuery(request, 'duckdb')
  const { withStore } = await import('../stores.ts')
  await withStore(source, terminal, async (storeDir) => {
    await answer(request, storeDir, options, session)
    if (!timeRange) return
    const { storedDays } = await import('../../lib/local/stored-table.ts')
    for (const note of coverageNotes(storedDays(storeDir, accounts), timeRange))
      terminal.note(`note: ${note}`)
  })
}

const explain = async (
  request: QueryRequest,
  dialect: 'athena' | 'duckdb',
  source: string,
  { terminal }: Session,
): Promise<void> => {
  const compiled = compileQuery(request, dialect)
  terminal.out(compiled.sql)
  for (const warning of compiled.warnings) terminal.note(`note: ${warning}`)
  const { storeOf } = await import('../stores.ts')
  const manifest = storeOf(source)
  const athena = compileQuery(request, 'athena')
  const { files, total, partitions } = reachOf(athena, Object.keys(TABLES), manifest?.files ?? [])
  terminal.note(`partitions: ${partitions}`)
  if (!manifest) return
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  terminal.note(`would read at most ${megabytes(bytes)} in ${counted(files.length, 'file')} of ${total}`)
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`

const answer = async (
  request: QueryRequest,
  storeDir: string,
  options: QueryOptions,
  { terminal }: Session,
): Promise<void> => {
  // a third of a second that list, show and --explain do without
  const { duckdbQueryEngine } = await import('../../lib/local/query-engine.ts')
  const { signal, leave } = interruptible()
  const limits = { timeoutSeconds: options.timeout, memoryLimit: options.memory, signal }
  const engine = duckdbQueryEngine({ storeDir, ...limits })
  try {
    const { sql, columns, warnings } = compileQuery(request, 'duckdb')
    const names = columns.map(({ name }) => name)
    const rows = await printRows(await engine.stream(sql, []), names, options.format, terminal)
    for (const warning of warnings) terminal.note(`note: ${warning}`)
    if (rows === 0 && typeof request.query !== 'string')
      for (const note of await missingKinds(request.query, engine, catalog)) terminal.note(`note: ${note}`)
    if (options.format === 'table') terminal.note(counted(rows, 'row'))
  } finally {
    await engine.close()
    leave()
  }
}

/** The query by its name, its text or its file. Exactly one of them. */
const wanted = async (name: string | undefined, options: QueryOptions): Promise<Query | string> => {
  if ([name, options.sql, options.file].filter((given) => given !== undefined).length !== 1) {
    throw new UsageError('expected one of: the name of a query, --sql TEXT, --file FILE')
  }
  if (options.sql !== undefined) return options.sql
  if (options.file !== undefined) return readText(options.file)
  return openQueries().find(name!)
}

const paramsOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`--param ${pair}: expected name=value`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
