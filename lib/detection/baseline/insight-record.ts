import { createHash } from 'node:crypto'
import type { CloudTrailEvent } from '../../trail/event.ts'
import { DAY_MINUTES, type Episode } from './episodes.ts'
import type { Caller, RateTable, Series } from './rate-table.ts'

/** AWS names up to five of each attribute. */
const MOST_VALUES = 5

/**
 * An episode as CloudTrail would deliver it: a Start, and an End once it is over, under one `sharedEventID`. `earlier` are
 * the episodes of the series before it. Ids rest on the series and the first minute, so that the same anomaly is the same record.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-insight-details.html
 */
export const insightRecords = (
  series: Series,
  episode: Episode,
  table: Pick<RateTable, 'caller'>,
  earlier: readonly Episode[],
): readonly CloudTrailEvent[] => {
  const baseline = callersIn(series, episode.baseline.from, episode.start - 1, earlier)
  const record = (state: 'Start' | 'End', last: number, calls: number, at: number) => {
    const minutes = last - episode.start + 1
    const callers = callersIn(series, episode.start, last, [])
    return insightRecord(series, episode, {
      state,
      at,
      average: calls / minutes,
      minutes,
      attributions: attributionsOf(table, series.code === undefined, [
        { counts: callers, minutes },
        { counts: baseline, minutes: episode.baseline.minutes },
      ]),
    })
  }
  const start = record('Start', episode.start, episode.first, episode.start)
  return episode.open ? [start] : [start, record('End', episode.last, episode.calls, episode.last + 1)]
}

interface Told {
  readonly state: 'Start' | 'End'
  readonly at: number
  readonly average: number
  readonly minutes: number
  readonly attributions: readonly unknown[]
}

const insightRecord = (series: Series, { start, baseline }: Episode, told: Told): CloudTrailEvent => {
  const { account, region, source, name, code } = series
  const identity = [account, region, source, name, code ?? null, start]
  return {
    eventVersion: '1.09',
    eventTime: timeOf(told.at),
    awsRegion: region,
    eventID: uuidOf([...identity, told.state]),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: account,
    sharedEventID: uuidOf(identity),
    insightDetails: {
      state: told.state,
      eventSource: source,
      eventName: name,
      insightType: code === undefined ? 'ApiCallRateInsight' : 'ApiErrorRateInsight',
      ...(code !== undefined && { errorCode: code }),
      sourceEventCategory: 'Management',
      insightContext: {
        statistics: {
          baseline: { average: rounded(baseline.calls / baseline.minutes) },
          insight: { average: rounded(told.average) },
          insightDuration: told.minutes,
          baselineDuration: baseline.minutes,
        },
        attributions: told.attributions,
      },
    },
    eventCategory: 'Insight',
    baseline: { detector: code === undefined ? 'call-rate' : 'error-rate' },
  }
}

/** Minute since 1970 -> `2026-11-01T10:00:00Z`. */
const timeOf = (minute: number): string => `${new Date(minute * 60_000).toISOString().slice(0, 19)}Z`

const uuidOf = (identity: readonly unknown[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

const rounded = (x: number): number => Number(x.toPrecision(10))

type Counts = ReadonlyMap<number, number>

/** Calls by caller, from minute to minute (both included), without those of `except`. */
const callersIn = (series: Series, from: number, to: number, except: readonly Episode[]): Counts => {
  const counts = new Map<number, number>()
  const add = (caller: number, calls: number) => counts.set(caller, (counts.get(caller) ?? 0) + calls)
  for (const { day, cells, folded } of series.days.values()) {
    const midnight = day * DAY_MINUTES
    if (midnight > to || midnight + DAY_MINUTES <= from) continue
    for (const [minute, cell] of cells) {
      const at = midnight + minute
      if (at < from || at > to || except.some((one) => at >= one.start && at <= one.last)) continue
      for (let i = 1; i < cell.length; i += 2) add(cell[i]!, cell[i + 1]!)
    }
    // of the day of an anomaly nobody knows which of the folded minutes came before it
    if (midnight + DAY_MINUTES <= to) for (const [caller, calls] of folded ?? []) add(caller, calls)
  }
  return counts
}

interface Counted {
  readonly counts: Counts
  readonly minutes: number
}

const ATTRIBUTES = ['userIdentityArn', 'userAgent', 'errorCode'] as const

/** An error-rate insight has one error code, and names it elsewhere. */
const attributionsOf = (
  table: Pick<RateTable, 'caller'>,
  withCodes: boolean,
  [insight, baseline]: readonly [Counted, Counted],
): readonly unknown[] =>
  ATTRIBUTES.slice(0, withCodes ? 3 : 2).map((attribute, part) => ({
    attribute,
    insight: topOf(table, part, insight),
    baseline: topOf(table, part, baseline),
  }))

const topOf = (table: Pick<RateTable, 'caller'>, part: number, { counts, minutes }: Counted) => {
  const sums = new Map<string, number>()
  for (const [number, calls] of counts) {
    const value = (table.caller(number) as Caller)[part]!
    sums.set(value, (sums.get(value) ?? 0) + calls)
  }
  return [...sums]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_VALUES)
    .map(([value, calls]) => ({ value, average: rounded(calls / minutes) }))
}
