import type { CompiledQuery } from '../sql/compile.ts'
import { tokenize } from '../sql/lexer.ts'

/** One file of a store, by its path below it: `events/account=111122223333/day=2026-11-01/1.parquet`. */
export interface PartitionFile {
  readonly path: string
  readonly bytes: number
}

export interface Reach {
  readonly tables: readonly string[]
  /** Days and accounts the query is limited to, in words. */
  readonly partitions: string
  /** Files of the partitions that match. */
  readonly files: readonly PartitionFile[]
  /** Of all files of these tables. */
  readonly total: number
}

/**
 * What a compiled query may read of a store: the files of the partitions it is limited to. An upper bound, because Parquet is
 * read by column and by row group. The text is Athena's, which is in our own dialect; `tables` are the names the store has.
 */
export const reachOf = (
  { sql, timeRange, accounts }: CompiledQuery,
  tables: readonly string[],
  stored: readonly PartitionFile[],
): Reach => {
  const read = tablesRead(sql, tables)
  const ofTables = stored.filter(({ path }) => read.includes(path.split('/')[0] ?? ''))
  const files = ofTables.filter(({ path }) => {
    const [, account = '', day = ''] = /\/account=([^/]+)\/day=([^/]+)\//.exec(path) ?? []
    return (!accounts || accounts.includes(account)) && within(day, timeRange)
  })
  return { tables: read, partitions: partitionText(timeRange, accounts), files, total: ofTables.length }
}

type Range = CompiledQuery['timeRange']

const dayOf = (time: string | undefined): string | undefined => time?.slice(0, 10)

/** Events without a day of their own (`unknown`) match no bound, as in the query. */
const within = (day: string, range: Range): boolean => {
  const [from, to] = [dayOf(range?.from), dayOf(range?.to)]
  return (from === undefined || day >= from) && (to === undefined || day <= to)
}

const partitionText = (range: Range, accounts: readonly string[] | undefined): string => {
  const [from, to] = [dayOf(range?.from), dayOf(range?.to)]
  const days = [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ')
  return `account: ${accounts ? accounts.join(', ') : 'every one'}; day: ${days || 'every one'}`
}

const INTRODUCES = new Set(['FROM', 'JOIN', ',', '('])

/** Tables that stand where a table can stand. A column of the same name may be counted too: the bound stays one. */
const tablesRead = (sql: string, tables: readonly string[]): string[] => {
  const tokens = tokenize(sql)
  const found = tokens.flatMap(({ text, kind }, index) => {
    const before = tokens[index - 1]?.text.toUpperCase() ?? ''
    const isName = kind === 'word' || kind === 'quoted'
    const isTable = isName && INTRODUCES.has(before) && tokens[index + 1]?.text !== '.'
    return isTable && tables.includes(text) ? [text] : []
  })
  return [...new Set(found)]
}
