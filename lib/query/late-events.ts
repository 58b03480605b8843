import type { QueryEngine, Row } from '../ports.ts'
import { type CompileOptions, compile } from '../sql/compile.ts'
import { LATE_DAYS, type LateEvents } from './watermark.ts'

/** Tables whose log files are looked at for late events. */
const TABLES = ['events', 'insights', 'network_events'] as const

/** Which days have late events, in our own dialect. Few events are: their files are told apart by a hash over all names. */
const LATE_EVENTS_SQL = TABLES.map(
  (table) => `SELECT '${table}' AS kind, date_format(eventTime, '%Y-%m-%d') AS day, count(*) AS n,
  to_hex(md5(to_utf8(array_join(array_sort(array_agg(DISTINCT sourceFile)), ',')))) AS files
FROM ${table}
WHERE eventTime >= :since AND eventTime < :until
  AND regexp_extract(sourceFile, '_(\\d{8})T\\d{4}Z', 1) > date_format(eventTime, '%Y%m%d')
GROUP BY 2`,
).join('\nUNION ALL\n')

const lateEventsIn = (rows: readonly Row[]): LateEvents => {
  const days = new Map<string, string[]>()
  for (const { kind, day, n, files } of rows)
    days.set(day ?? '', [...(days.get(day ?? '') ?? []), `${kind}:${n}:${files}`])
  return Object.fromEntries([...days].map(([day, parts]) => [day, parts.sort().join(' ')]))
}

/** What is late now (UTC ISO), over the days in which log files may still come. One query, of two columns. */
export const lateEvents = async (
  engine: QueryEngine,
  catalog: CompileOptions['catalog'],
  now: string,
): Promise<LateEvents> => {
  const from = new Date(Date.parse(now) - LATE_DAYS * 86_400_000).toISOString()
  const time = (value: string) => ({
    type: 'timestamp' as const,
    value: value.slice(0, 19).replace('T', ' '),
  })
  const params = { since: time(`${from.slice(0, 10)}T00:00:00`), until: time(now) }
  const { sql } = compile(LATE_EVENTS_SQL, { catalog, dialect: engine.dialect, params })
  return lateEventsIn((await engine.run(sql, [])).rows)
}
