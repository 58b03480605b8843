import type { ListedLog } from './log-table.ts'
import { nameOf } from './place.ts'
import type { Evidence } from './plan.ts'
import type { ReportBuilder } from './report-builder.ts'
import type { Swept } from './sweep.ts'

/** Faults that many files share: one line for each account and Region. */
export const tellQuiet = (
  evidence: Evidence,
  left: readonly ListedLog[],
  quiet: readonly Swept[],
  report: ReportBuilder,
): void => {
  const none = evidence.chains.every(({ judged }) => judged.length === 0)
  if (none) tellNoDigests(evidence, left, report)
  const groups = Map.groupBy(quiet, ({ log, fault }) => `${fault.reason} ${log.account}/${log.region}`)
  for (const group of groups.values()) {
    const { fault, log } = group[0]!
    const place = placeOf(log)
    const range = rangeOf(group)
    const files = group.length === 1 ? '1 log file' : `${group.length} log files`
    if (fault.reason === 'before-first-digest') {
      const detail = `${files} older than the oldest digest: nothing proves or disproves them: ${namesOf(group)}`
      report.problem({
        status: 'unverifiable',
        kind: 'chain',
        object: place,
        reason: fault.reason,
        detail,
        ...range,
      })
    } else if (fault.reason === 'no-digests' && !none) {
      const detail = `${files} in an account and Region without a single digest`
      report.problem({
        status: 'tail-missing',
        kind: 'chain',
        object: place,
        reason: fault.reason,
        detail,
        ...range,
      })
    } else if (fault.reason !== 'no-digests') {
      const names = fault.reason === 'not-digested' ? `: ${namesOf(group)}` : ''
      report.note(`${place}: ${files} unverifiable (${fault.reason}): ${fault.detail}${names}`)
    }
  }
}

/** Logging that was on leaves a digest every hour: none at all is a failure, not an empty success. */
const tellNoDigests = ({ table }: Evidence, left: readonly ListedLog[], report: ReportBuilder): void => {
  report.note('no digest files found')
  const tell = (object: string, count: number) => {
    const detail = `no digest files found in the range; ${count} log files are unverifiable`
    report.problem({ status: 'tail-missing', kind: 'chain', object, reason: 'no-digests', detail })
  }
  const first = table.unclaimed()[Symbol.iterator]().next().value
  if (left.length === 0) tell(first ? placeOf(first) : 'no account', table.listed)
  for (const [place, logs] of Map.groupBy(left, placeOf)) tell(place, logs.length)
}

const placeOf = ({ account, region }: ListedLog): string => `${account}/${region}`

const MOST_NAMES = 5

const namesOf = (group: readonly Swept[]): string => {
  const names = group.slice(0, MOST_NAMES).map(({ log }) => nameOf(log.object))
  const rest = group.length - names.length
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

const rangeOf = (group: readonly Swept[]): { from?: string; to?: string } => {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { log } of group) {
    from = Math.min(from, log.time ?? from)
    to = Math.max(to, log.time ?? to)
  }
  return from <= to ? { from: isoOf(from), to: isoOf(to) } : {}
}

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
