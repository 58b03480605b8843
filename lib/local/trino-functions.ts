import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import { RE2JS } from 're2js'
import { canonicalJson } from './canonical-json.ts'
import { doubleText } from './double-text.ts'
import { formatTime, parseTime } from './mysql-time.ts'

type Value = string | number | null

/**
 * Registers the functions that have no DuckDB expression with Trino's exact answer; the compiler calls them `trino_...`.
 * Each gives NULL when an argument is NULL.
 */
export const registerTrinoFunctions = (connection: DuckDBConnection): void => {
  const pattern = cached((text) => RE2JS.compile(text))
  const register = (
    name: string,
    takes: readonly DuckDBType[],
    gives: DuckDBType,
    body: (...args: never[]) => Value,
  ): void =>
    connection.registerScalarFunction(scalarFunction(name, takes, gives, body as (...args: Value[]) => Value))

  register('trino_double_text', [DOUBLE], VARCHAR, (value: number) => doubleText(value))
  register('trino_round', [DOUBLE, INTEGER], DOUBLE, (value: number, digits: number) =>
    roundTo(value, digits),
  )
  register('trino_json_parse', [VARCHAR], VARCHAR, (text: string) => canonicalJson(text))
  register('trino_date_format', [DOUBLE, VARCHAR], VARCHAR, (millis: number, format: string) =>
    formatTime(millis, format),
  )
  register('trino_date_parse', [VARCHAR, VARCHAR], DOUBLE, (text: string, format: string) =>
    parseTime(text, format),
  )
  register('trino_substr', [VARCHAR, DOUBLE], VARCHAR, (text: string, start: number) => substr(text, start))
  register(
    'trino_substr',
    [VARCHAR, DOUBLE, DOUBLE],
    VARCHAR,
    (text: string, start: number, length: number) => substr(text, start, length),
  )
  register(
    'trino_regexp_extract',
    [VARCHAR, VARCHAR, INTEGER],
    VARCHAR,
    (text: string, regexp: string, group: number) => {
      const matcher = pattern(regexp).matcher(text)
      return matcher.find() ? matcher.group(group) : null
    },
  )
  register(
    'trino_regexp_replace',
    [VARCHAR, VARCHAR, VARCHAR],
    VARCHAR,
    (text: string, regexp: string, to: string) => pattern(regexp).matcher(text).replaceAll(to),
  )
}

const scalarFunction = (
  name: string,
  takes: readonly DuckDBType[],
  gives: DuckDBType,
  body: (...args: Value[]) => Value,
): DuckDBScalarFunction =>
  DuckDBScalarFunction.create({
    name,
    parameterTypes: takes,
    returnType: gives,
    mainFunction: (_info, input, output) => {
      const columns = takes.map((_, index) => input.getColumnVector(index))
      for (let row = 0; row < input.rowCount; row++) {
        const args = columns.map((column) => column.getItem(row) as Value)
        output.setItem(row, args.includes(null) ? null : body(...args))
      }
      output.flush()
    },
  })

const cached = <T>(make: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text) ?? make(text)
    // Patterns are literals of one query; the limit only guards against a long-lived engine.
    if (known.size < 1000) known.set(text, found)
    return found
  }
}

/** Trino's substr: positions count code points from 1, or from the end when negative; outside the text it is ''. */
const substr = (text: string, start: number, length = Number.POSITIVE_INFINITY): string => {
  const points = [...text]
  const from = start > 0 ? start - 1 : start < 0 ? points.length + start : -1
  if (from < 0 || length <= 0) return ''
  return points.slice(from, from + length).join('')
}

/** Trino's round: half away from zero after scaling, so 2.345 (just below the half) gives 2.34. */
const roundTo = (value: number, digits: number): number => {
  const factor = 10 ** digits
  const scaled = Math.abs(value) * factor
  if (!Number.isFinite(scaled) || scaled > Number.MAX_SAFE_INTEGER) return value
  return (Math.sign(value) * Math.round(scaled)) / factor
}
