import { constants } from 'node:os'
import Table from 'cli-table3'
import type { Row } from '../lib/ports.ts'
import { type Format, rendererOf } from '../lib/query/render.ts'
import { terminalSafe } from '../lib/report/escape.ts'
import { type Terminal, writeResults } from './terminal.ts'

interface Batches {
  readonly batches: AsyncIterable<readonly Row[]>
}

/** Rows of a table that are shown: its widths are those of all its rows, so they are held. */
const MOST_IN_TABLE = 10_000

/**
 * Prints rows as they come, at the pace of whoever reads them, and holds one batch; a table is held, up to ten thousand rows of it. Answers how
 * many rows there are.
 */
export const printRows = async (
  answer: Batches,
  columns: readonly string[],
  format: Format | 'table',
  terminal: Terminal,
): Promise<number> =>
  format === 'table' ? printTable(answer, columns, terminal) : printAs(format, answer, columns)

const printAs = async (format: Format, { batches }: Batches, columns: readonly string[]): Promise<number> => {
  const { start, batch, end } = rendererOf(format, columns)
  let count = 0
  await writeResults(start)
  for await (const rows of batches) {
    count += rows.length
    await writeResults(batch(rows))
  }
  await writeResults(end())
  return count
}

const printTable = async (
  { batches }: Batches,
  columns: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const held: Row[] = []
  let count = 0
  for await (const rows of batches) {
    count += rows.length
    held.push(...rows.slice(0, MOST_IN_TABLE - held.length))
  }
  terminal.out(tableOf(columns, held))
  const more = count - held.length
  if (more > 0) terminal.note(`note: ${more} more rows; --format csv, json or jsonl prints them all`)
  return count
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * From now on a Ctrl-C aborts `signal`, and the process ends, once `leave` is called, with the status a shell gives an
 * interrupted one: 130. A second one ends it at once.
 */
export const interruptible = () => {
  const controller = new AbortController()
  const interrupted = (name: NodeJS.Signals) => {
    controller.abort()
    process.exitCode = 128 + constants.signals[name]
    for (const one of SIGNALS) process.off(one, interrupted)
  }
  for (const name of SIGNALS) process.on(name, interrupted)
  const leave = () => {
    for (const name of SIGNALS) process.off(name, interrupted)
    if (controller.signal.aborted) process.exit()
  }
  return { signal: controller.signal, leave }
}

const WIDEST = 60

/** Columns apart by blanks, no frame: it can be read, selected and pasted. */
const PLAIN = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((part) => [part, '']),
)

const tableOf = (columns: readonly string[], rows: readonly Row[]): string => {
  const table = new Table({
    head: [...columns],
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0 },
  })
  for (const row of rows) table.push(columns.map((name) => cell(row[name] ?? null)))
  return table.toString()
}

const cell = (value: string | null): string => {
  if (value === null) return ''
  const safe = terminalSafe(value)
  return safe.length <= WIDEST ? safe : `${safe.slice(0, WIDEST - 1)}…`
}
