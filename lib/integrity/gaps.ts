import type { Problem } from '../verdict.ts'
import { HOUR } from './slots.ts'

/** A stretch of time of an account and Region that no log file proves, whatever the reason. */
export interface Gap {
  readonly accountId: string
  readonly region: string
  /** UTC ISO, with the hour before in which logging may have stopped already. */
  readonly from: string
  readonly to: string
  /** Why, as validation says: `logging-off`, ... */
  readonly reasons: readonly string[]
}

/** CloudTrail's own history reaches so far back, days. */
const HISTORY_DAYS = 90

/** Ranges without a log, and without a list of logs. */
const LOST: ReadonlySet<Problem['status']> = new Set(['gap', 'missing', 'tail-missing'])

/**
 * The gaps that validation found, each account and Region's in order and united where they overlap (several trails). A gap begins an hour
 * earlier than its digests say: the last digest of a chain still covers the time after logging stopped. What CloudTrail's history has
 * forgotten by `now` is cut off, and counted in `tooOld` where nothing is left.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
 */
export const gapsOf = (
  problems: readonly Problem[],
  now: string,
): { readonly gaps: readonly Gap[]; readonly tooOld: number } => {
  const oldest = Date.parse(now) - HISTORY_DAYS * 24 * HOUR
  let tooOld = 0
  const ranges = problems.flatMap((problem): Range[] => {
    const range = rangeOf(problem)
    if (!range) return []
    if (range.to > oldest) return [{ ...range, from: Math.max(range.from - HOUR, oldest) }]
    tooOld++
    return []
  })
  return { gaps: united(ranges).map(gapOf), tooOld }
}

interface Range {
  readonly accountId: string
  readonly region: string
  readonly from: number
  readonly to: number
  readonly reasons: readonly string[]
}

const rangeOf = ({ status, kind, object, from, to, reason }: Problem): Range | undefined => {
  if (kind !== 'chain' || !LOST.has(status) || from === undefined || to === undefined) return undefined
  const [accountId = '', region = ''] = object.split('/')
  const range = { accountId, region, from: Date.parse(from), to: Date.parse(to), reasons: [reason] }
  return /^\d{12}$/.test(accountId) && /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region) && range.from <= range.to
    ? range
    : undefined
}

const placeOf = ({ accountId, region }: Range): string => `${accountId}/${region}`

const united = (ranges: readonly Range[]): readonly Range[] => {
  const made: Range[] = []
  const inOrder = ranges.toSorted(
    (a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0) || a.from - b.from,
  )
  for (const range of inOrder) {
    const last = made.at(-1)
    if (last && placeOf(last) === placeOf(range) && range.from <= last.to)
      made[made.length - 1] = {
        ...last,
        to: Math.max(last.to, range.to),
        reasons: [...new Set([...last.reasons, ...range.reasons])],
      }
    else made.push(range)
  }
  return made
}

const gapOf = ({ from, to, ...rest }: Range): Gap => ({ ...rest, from: isoOf(from), to: isoOf(to) })

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
