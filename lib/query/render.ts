import { stringify } from 'csv-stringify/sync'
import type { Row } from '../ports.ts'

export type Format = 'csv' | 'json' | 'jsonl'

/** Rows as text, batch by batch: what comes first, what each batch adds, and what comes last. */
export interface Renderer {
  readonly start: string
  batch(rows: readonly Row[]): string
  end(): string
}

/** Writes rows in a format as they come. The values come from logs: none can act as a formula in CSV. */
export const rendererOf = (format: Format, columns: readonly string[]): Renderer => {
  const ordered = (row: Row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))
  if (format === 'csv') {
    return {
      start: stringify([columns.map(plainCell)]),
      batch: (rows) => stringify(rows.map((row) => columns.map((name) => plainCell(row[name] ?? '')))),
      end: () => '',
    }
  }
  if (format === 'jsonl') {
    const batch: Renderer['batch'] = (rows) => rows.map((row) => `${JSON.stringify(ordered(row))}\n`).join('')
    return { start: '', batch, end: () => '' }
  }
  let n = 0
  return {
    start: '[',
    batch: (rows) => rows.map((row) => `${n++ > 0 ? ',' : ''}\n${indented(ordered(row))}`).join(''),
    end: () => (n > 0 ? '\n]\n' : ']\n'),
  }
}

/** Rows as text of a format, a line feed at the end. */
export const renderRows = (format: Format, columns: readonly string[], rows: readonly Row[]): string => {
  const { start, batch, end } = rendererOf(format, columns)
  return start + batch(rows) + end()
}

const indented = (value: object): string => JSON.stringify(value, null, 2).replaceAll(/^/gm, '  ')

/**
 * A leading ' stops a spreadsheet from reading the cell as a formula; the wide forms of the signs count as the signs.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const plainCell = (value: string): string => (/^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value)
