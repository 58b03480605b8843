import { type FunctionDefinition, scalar } from './functions.ts'
import { JODA_PATTERN } from './joda.ts'
import { nearest } from './sql-error.ts'
import type { Type } from './types.ts'

const ADD: Readonly<Record<string, (n: string) => string>> = {
  "'millisecond'": (n) => `to_milliseconds(${n})`,
  "'second'": (n) => `to_seconds(${n})`,
  "'minute'": (n) => `to_minutes(${n})`,
  "'hour'": (n) => `to_hours(${n})`,
  "'day'": (n) => `to_days(CAST(${n} AS INTEGER))`,
  "'week'": (n) => `to_weeks(CAST(${n} AS INTEGER))`,
  "'month'": (n) => `to_months(CAST(${n} AS INTEGER))`,
  "'quarter'": (n) => `to_months(CAST(3 * (${n}) AS INTEGER))`,
  "'year'": (n) => `to_years(CAST(${n} AS INTEGER))`,
}

const SHORTER_THAN_A_DAY = ['millisecond', 'second', 'minute', 'hour']
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

type Check = NonNullable<FunctionDefinition['check']>

/** The unit must be known, and a date has no hours. */
const unitCheck =
  (known: readonly string[]): Check =>
  (literals, types) => {
    const units = types.includes('date') ? known.filter((name) => !SHORTER_THAN_A_DAY.includes(name)) : known
    const unit = literals[0]?.toLowerCase()
    if (unit !== undefined && units.includes(unit)) return undefined
    const near = unit === undefined ? undefined : nearest(unit, units)
    return `the unit must be one of ${units.map((name) => `'${name}'`).join(', ')}${near ? `; did you mean '${near}'?` : ''}`
  }

const asDate = (text: string, type: Type | undefined): string =>
  type === 'date' ? `CAST(${text} AS DATE)` : `(${text})`

const dateOf = (text: string): string =>
  `CASE WHEN regexp_full_match(${text}, '\\d{4}-\\d{1,2}-\\d{1,2}') THEN CAST(${text} AS DATE) ` +
  `WHEN ${text} IS NOT NULL THEN error('not a date: ' || ${text}) END`

const part = (name: string, duckdb: string) =>
  scalar(name, ['timestamp -> bigint', 'timestamptz -> bigint', 'date -> bigint', 'Z -> bigint'], {
    duckdb: ([value]) => `${duckdb}(${value})`,
  })

const timePart = (name: string) =>
  scalar(name, ['timestamp -> bigint', 'timestamptz -> bigint', 'Z -> bigint'])

const ISO_TIME = String.raw`'\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?'`

/** Milliseconds since the epoch as a double: what the exact formatters take. */
const millis = (value: string | undefined): string => `CAST(epoch_ms(${value}) AS DOUBLE)`

const FORMAT_CHECK = (literals: readonly (string | undefined)[]): string | undefined => {
  const format = literals[1]
  if (format === undefined) return 'the format must be a literal text'
  const bad = [...format.matchAll(/%(.?)/g)].find(
    (match) => !'aYymcdeHkhIlisSfpMbWjTr%'.includes(match[1] || ' '),
  )
  return bad ? `the format code ${bad[0]} is not supported` : undefined
}

const jodaCheck: Check = (literals) => {
  const format = literals[1]
  if (format === undefined) return 'the format must be a literal text'
  return JODA_PATTERN.test(format)
    ? undefined
    : 'the format may hold yyyy, MM, MMM, dd, HH, hh, mm, ss, SSS, EEE, EEEE, a, e, D, w, quoted text and punctuation'
}

/** Time. https://trino.io/docs/current/functions/datetime.html */
export const TIME_FUNCTIONS = [
  // Milliseconds, as Athena has them.
  scalar('current_timestamp', '-> timestamptz', {
    duckdb: () => "date_trunc('millisecond', now())",
    athena: () => 'current_timestamp',
  }),
  scalar('now', '-> timestamptz', { duckdb: () => "date_trunc('millisecond', now())" }),
  scalar('localtimestamp', '-> timestamp', {
    duckdb: () => "CAST(date_trunc('millisecond', now()) AS TIMESTAMP)",
    athena: () => 'localtimestamp',
  }),
  scalar('current_date', '-> date', { duckdb: () => 'CAST(now() AS DATE)', athena: () => 'current_date' }),
  scalar(
    'date',
    ['timestamp -> date', 'timestamptz -> date', 'date -> date', 'varchar -> date', 'Z -> date'],
    {
      duckdb: ([x], types) => (types[0] === 'varchar' ? dateOf(x!) : `CAST(${x} AS DATE)`),
    },
  ),
  part('year', 'year'),
  part('quarter', 'quarter'),
  part('month', 'month'),
  part('week', 'weekofyear'),
  part('week_of_year', 'weekofyear'),
  part('day', 'day'),
  part('day_of_month', 'day'),
  part('day_of_week', 'isodow'),
  part('dow', 'isodow'),
  part('day_of_year', 'dayofyear'),
  part('doy', 'dayofyear'),
  timePart('hour'),
  timePart('minute'),
  timePart('second'),
  scalar('millisecond', ['timestamp -> bigint', 'timestamptz -> bigint', 'Z -> bigint'], {
    duckdb: ([value]) => `(millisecond(${value}) % 1000)`,
  }),
  part('year_of_week', 'isoyear'),
  part('yow', 'isoyear'),
  scalar('last_day_of_month', ['timestamp -> date', 'timestamptz -> date', 'date -> date', 'Z -> date'], {
    duckdb: ([value], types) =>
      `last_day(${types[0] === 'timestamptz' ? `CAST(${value} AS TIMESTAMP)` : value})`,
  }),
  scalar('from_iso8601_date', 'varchar -> date', { duckdb: ([text]) => dateOf(text!) }),
  scalar('current_timezone', '-> varchar', { duckdb: () => "'UTC'" }),
  scalar('to_milliseconds', 'interval day -> bigint', {
    duckdb: ([value]) => `CAST(epoch(${value}) * 1000 AS BIGINT)`,
  }),
  scalar(
    'format_datetime',
    ['timestamp, varchar -> varchar', 'timestamptz, varchar -> varchar', 'Z, varchar -> varchar'],
    {
      duckdb: ([value, format]) => `trino_format_datetime(${millis(value)}, ${format})`,
      check: jodaCheck,
    },
  ),
  scalar('parse_datetime', ['varchar, varchar -> timestamptz', 'timestamp, varchar -> timestamptz'], {
    duckdb: ([text, format], types) =>
      types[0] === 'timestamp'
        ? `CAST(${text} AS TIMESTAMPTZ)`
        : `CAST(epoch_ms(CAST(trino_parse_datetime(${text}, ${format}) AS BIGINT)) AS TIMESTAMPTZ)`,
    athena: ([text, format], types) =>
      types[0] === 'timestamp' ? `(${text} AT TIME ZONE 'UTC')` : `parse_datetime(${text}, ${format})`,
    check: (literals, types) => jodaCheck(literals, types),
  }),
  scalar(
    'date_trunc',
    [
      'varchar, timestamp -> timestamp',
      'varchar, timestamptz -> timestamptz',
      'varchar, date -> date',
      'varchar, Z -> Z',
    ],
    {
      duckdb: ([unit, value], types) => asDate(`date_trunc(${unit}, ${value})`, types[1]),
      check: unitCheck(UNITS),
    },
  ),
  scalar(
    'date_add',
    [
      'varchar, bigint, timestamp -> timestamp',
      'varchar, bigint, timestamptz -> timestamptz',
      'varchar, bigint, date -> date',
    ],
    {
      duckdb: ([unit, n, value], types) => asDate(`${value} + ${ADD[unit!.toLowerCase()]!(n!)}`, types[2]),
      check: unitCheck(UNITS),
    },
  ),
  scalar(
    'date_diff',
    [
      'varchar, timestamp, timestamp -> bigint',
      'varchar, timestamptz, timestamptz -> bigint',
      'varchar, date, date -> bigint',
    ],
    {
      duckdb: ([unit, from, to], types) =>
        types[1] === types[2]
          ? `datesub(${unit}, ${from}, ${to})`
          : `datesub(${unit}, CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP))`,
      check: unitCheck(UNITS),
    },
  ),
  scalar(
    'date_format',
    ['timestamp, varchar -> varchar', 'timestamptz, varchar -> varchar', 'Z, varchar -> varchar'],
    {
      duckdb: ([value, format]) => `trino_date_format(${millis(value)}, ${format})`,
      check: FORMAT_CHECK,
    },
  ),
  scalar('date_parse', ['varchar, varchar -> timestamp', 'timestamp, varchar -> timestamp'], {
    // eventTime is text in Athena's own tables, and a time here.
    duckdb: ([text, format], types) =>
      types[0] === 'timestamp' ? text! : `epoch_ms(CAST(trino_date_parse(${text}, ${format}) AS BIGINT))`,
    athena: ([text, format], types) => (types[0] === 'timestamp' ? text! : `date_parse(${text}, ${format})`),
    check: FORMAT_CHECK,
  }),
  scalar('from_iso8601_timestamp', ['varchar -> timestamptz', 'timestamp -> timestamptz'], {
    athena: ([text], types) =>
      types[0] === 'timestamp' ? `(${text} AT TIME ZONE 'UTC')` : `from_iso8601_timestamp(${text})`,
    duckdb: ([text], types) =>
      types[0] === 'timestamp'
        ? `CAST(${text} AS TIMESTAMPTZ)`
        : `CASE WHEN regexp_full_match(${text}, ${ISO_TIME}) THEN CAST(${text} AS TIMESTAMPTZ) WHEN ${text} IS NOT NULL THEN error('not an ISO 8601 time in UTC: ' || ${text}) END`,
  }),
  scalar('from_unixtime', 'double -> timestamptz', {
    duckdb: ([seconds]) =>
      `CAST(epoch_ms(CAST(round(CAST(${seconds} AS DOUBLE) * 1000) AS BIGINT)) AS TIMESTAMPTZ)`,
  }),
  scalar('to_unixtime', ['timestamp -> double', 'timestamptz -> double'], {
    duckdb: ([value]) => `(${millis(value)} / 1000)`,
  }),
  scalar('to_iso8601', ['timestamp -> varchar', 'timestamptz -> varchar', 'date -> varchar'], {
    duckdb: ([value], types) =>
      types[0] === 'date'
        ? `strftime(${value}, '%Y-%m-%d')`
        : `strftime(CAST(${value} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g${types[0] === 'timestamptz' ? 'Z' : ''}')`,
  }),
]
