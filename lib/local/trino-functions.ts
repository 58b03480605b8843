import {
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import { RE2JS } from 're2js'
import { canonicalJson } from './canonical-json.ts'
import { doubleCastText, doubleText } from './double-text.ts'
import { addressHex, addressText, inNetwork } from './ip-address.ts'
import { javaFormat } from './java-format.ts'
import { urlDecode, urlEncode, urlParameter, urlPart } from './java-uri.ts'
import { utf8Text } from './java-utf8.ts'
import { formatJoda, parseJoda } from './joda-time.ts'
import { levenshtein } from './levenshtein.ts'
import { formatTime, parseTime } from './mysql-time.ts'

type Value = string | number | boolean | null

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
  register('trino_double_cast', [DOUBLE], VARCHAR, (value: number) => doubleCastText(value))
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
  registerRegexps(register, pattern)
  registerTexts(register)
  registerTimes(register)
}

type Register = (
  name: string,
  takes: readonly DuckDBType[],
  gives: DuckDBType,
  body: (...args: never[]) => Value,
) => void

const registerRegexps = (register: Register, pattern: (text: string) => RE2JS): void => {
  const groups = (text: string, regexp: string, group: number): (string | null)[] => {
    const matcher = pattern(regexp).matcher(text)
    const found: (string | null)[] = []
    while (matcher.find()) found.push(matcher.group(group))
    return found
  }
  register(
    'trino_regexp_extract_all',
    [VARCHAR, VARCHAR, INTEGER],
    VARCHAR,
    (text: string, regexp: string, group: number) => JSON.stringify(groups(text, regexp, group)),
  )
  register(
    'trino_regexp_count',
    [VARCHAR, VARCHAR],
    INTEGER,
    (text: string, regexp: string) => groups(text, regexp, 0).length,
  )
  register('trino_regexp_split', [VARCHAR, VARCHAR], VARCHAR, (text: string, regexp: string) => {
    const matcher = pattern(regexp).matcher(text)
    const parts: string[] = []
    let at = 0
    while (matcher.find()) {
      parts.push(text.slice(at, matcher.start()))
      at = matcher.end()
    }
    return JSON.stringify([...parts, text.slice(at)])
  })
  register('trino_regexp_position', [VARCHAR, VARCHAR], INTEGER, (text: string, regexp: string) => {
    const matcher = pattern(regexp).matcher(text)
    return matcher.find() ? [...text.slice(0, matcher.start())].length + 1 : -1
  })
}

const registerTexts = (register: Register): void => {
  register('trino_error', [VARCHAR], VARCHAR, (message: string) => {
    throw new Error(message)
  })
  register('trino_reverse', [VARCHAR], VARCHAR, (text: string) => [...text].reverse().join(''))
  register('trino_format', [VARCHAR, VARCHAR], VARCHAR, (format: string, values: string) =>
    javaFormat(format, JSON.parse(values)),
  )
  register('trino_split_to_map', [VARCHAR, VARCHAR, VARCHAR], VARCHAR, splitToMap)
  register('trino_from_utf8', [VARCHAR], VARCHAR, (base64: string) => utf8Text(Buffer.from(base64, 'base64')))
  register('trino_levenshtein', [VARCHAR, VARCHAR], INTEGER, levenshtein)
  register('trino_url', [VARCHAR, VARCHAR], VARCHAR, urlPart)
  register('trino_url_parameter', [VARCHAR, VARCHAR], VARCHAR, urlParameter)
  register('trino_url_encode', [VARCHAR], VARCHAR, urlEncode)
  register('trino_url_decode', [VARCHAR], VARCHAR, urlDecode)
  register('trino_ip', [VARCHAR], VARCHAR, addressHex)
  register('trino_ip_text', [VARCHAR], VARCHAR, addressText)
  register('trino_in_network', [VARCHAR, VARCHAR], BOOLEAN, inNetwork)
}

const registerTimes = (register: Register): void => {
  register('trino_format_datetime', [DOUBLE, VARCHAR], VARCHAR, formatJoda)
  register('trino_parse_datetime', [VARCHAR, VARCHAR], DOUBLE, parseJoda)
  register('trino_interval_text', [DOUBLE], VARCHAR, intervalText)
  register('trino_months_text', [DOUBLE], VARCHAR, monthsText)
}

const splitToMap = (text: string, entry: string, pair: string): string => {
  const map: Record<string, string> = Object.create(null)
  for (const part of text === '' ? [] : text.split(entry)) {
    const [key, value, ...more] = part.split(pair)
    if (value === undefined || more.length > 0)
      throw new Error('Key-value delimiter must appear exactly once in each entry')
    if (key! in map) throw new Error(`Duplicate keys (${key}) are not allowed`)
    map[key!] = value
  }
  return JSON.stringify(map)
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** An interval as Trino shows it: `1 02:03:04.005`. */
const intervalText = (millis: number): string => {
  const size = Math.abs(millis)
  const [days, rest] = [Math.floor(size / 86_400_000), size % 86_400_000]
  const time = `${pad(Math.floor(rest / 3_600_000))}:${pad(Math.floor(rest / 60_000) % 60)}:${pad(Math.floor(rest / 1000) % 60)}.${pad(rest % 1000, 3)}`
  return `${millis < 0 ? '-' : ''}${days} ${time}`
}

const monthsText = (months: number): string =>
  `${months < 0 ? '-' : ''}${Math.floor(Math.abs(months) / 12)}-${Math.abs(months) % 12}`

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
