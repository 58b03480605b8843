import { stringify } from 'csv-stringify/sync'
import type { Row } from '../ports.ts'

export type Format = 'csv' | 'json' | 'jsonl'

/** Rows as text of a format, a line feed at the end. The values come from logs: none can act as a formula in CSV. */
export const renderRows = (format: Format, columns: readonly string[], rows: readonly Row[]): string => {
  if (format === 'csv') return renderCsv(columns, rows)
  const ordered = rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])))
  if (format === 'json') return `${JSON.stringify(ordered, null, 2)}\n`
  return ordered.map((row) => `${JSON.stringify(row)}\n`).join('')
}

const renderCsv = (columns: readonly string[], rows: readonly Row[]): string =>
  stringify([columns.map(plainCell), ...rows.map((row) => columns.map((name) => plainCell(row[name] ?? '')))])

/** A leading ' stops a spreadsheet from reading the cell as a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const plainCell = (value: string): string => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)
