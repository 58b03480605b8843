import type { CoverageOf } from './coverage.ts'
import type { ListedLog } from './log-table.ts'
import type { Fault } from './read-digest.ts'
import { HOUR } from './slots.ts'

/** A log file that no digest lists, and what that means. `quiet` ones are counted and told together, not one by one. */
export interface Swept {
  readonly log: ListedLog
  readonly fault: Fault
  readonly quiet: boolean
}

/** What the digests say of one account and Region, the answer of all its chains. */
export interface Ground {
  readonly coverage: CoverageOf
  /** Is any part of this time range covered by a digest that can be used? */
  readonly coversPartOf: (from: number, to: number) => boolean
}

/**
 * What to make of a log file that no digest lists. Only a time that digests cover makes it `unlisted`: somebody put it there. Where
 * the list is lost, nothing can be said of it, for or against. `ground` is undefined where there is no digest at all; `isDigested` says that
 * digests list its kind, `isBeyond` that it is dated far after all of them.
 */
export const sweep = (
  log: ListedLog,
  ground: Ground | undefined,
  { isDigested, isBeyond }: { readonly isDigested: boolean; readonly isBeyond: boolean },
): Swept => {
  if (log.kind !== undefined && log.kind !== 'CloudTrail' && !isDigested) {
    // Whether digests list these families is not documented: where none does, absence proves nothing.
    return quiet(
      log,
      'not-digested',
      `no digest lists this kind of file (${log.kind}), and digests may not list it`,
    )
  }
  if (!ground) return quiet(log, 'no-digests', 'there is no digest for its account and Region')
  if (log.time === undefined) return foreignName(log, ground, isBeyond)
  return byCoverage(log, ground.coverage(log.time), isBeyond)
}

const byCoverage = (log: ListedLog, coverage: ReturnType<CoverageOf>, isBeyond: boolean): Swept => {
  switch (coverage) {
    case 'covered':
      return loud(log, 'unlisted', 'not-in-any-digest', 'the digests of its hour do not list it')
    case 'hole':
      return loud(
        log,
        'unverifiable',
        'digest-lost',
        'the digest that would list it is missing or cannot be trusted',
      )
    case 'gap':
      return loud(log, 'unverifiable', 'in-gap', 'it was put there while logging, or its validation, was off')
    case 'before':
      return quiet(log, 'before-first-digest', 'it is older than the oldest digest')
    case 'pending':
    case 'after':
      if (isBeyond) return beyond(log)
      return quiet(log, 'not-yet-digested', 'it is newer than the newest digest')
  }
}

/** CloudTrail writes no such name, so no lost digest can have listed it. Readers such as Athena read it all the same. */
const foreignName = (log: ListedLog, ground: Ground, isBeyond: boolean): Swept => {
  const [from, to] = log.day === undefined ? [-8.64e15, 8.64e15] : [log.day, log.day + 24 * HOUR]
  if (ground.coversPartOf(from, to)) {
    return loud(
      log,
      'unlisted',
      'not-in-any-digest',
      'its name is not one that CloudTrail writes, and no digest lists it',
    )
  }
  return byCoverage(log, ground.coverage(from + 12 * HOUR), isBeyond)
}

const beyond = (log: ListedLog): Swept =>
  loud(
    log,
    'unlisted',
    'beyond-the-digests',
    'it is dated more than three hours after every digest of its account, and after the log files that follow them',
  )

const loud = (log: ListedLog, status: Fault['status'], reason: string, detail: string): Swept => ({
  log,
  fault: { status, reason, detail },
  quiet: false,
})

const quiet = (log: ListedLog, reason: string, detail: string): Swept => ({
  log,
  fault: { status: 'unverifiable', reason, detail },
  quiet: true,
})
