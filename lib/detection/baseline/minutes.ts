import { DAY, MINUTE } from './facts.ts'

/** Fewer calls than this in a minute never begin an anomaly. */
export const LEAST_CALLS = 10

/** The number of calls, then pairs: the number of a caller and how many of the calls were its. */
export type Cell = number[]

/** One day of a series, in minutes. */
export interface DayCount {
  /** Days since 1970, UTC. */
  readonly day: number
  /** Every call of the day. */
  total: number
  /** By minute of the day. Of a folded day only its records are left, and what follows each. */
  readonly cells: Map<number, Cell>
  /** Waits to be folded. */
  open: boolean
  /** Callers of minutes that were folded: number of the caller -> calls. */
  folded?: Map<number, number>
}

/** Pairs in one cell. Further callers of that minute are counted, not told apart. */
const MAX_CALLERS = 32

export const dayOf = (time: number): number => Math.floor(time / DAY)
export const minuteOf = (time: number): number => Math.floor((time % DAY) / MINUTE)

export const newDay = (day: number): DayCount => ({ day, total: 0, cells: new Map(), open: true })

/** Counts calls of one caller in a minute. Answers whether the minute is new. */
export const countIn = (of: DayCount, minute: number, caller: number, calls = 1): boolean => {
  of.total += calls
  const cell = of.cells.get(minute)
  if (!cell) {
    of.cells.set(minute, [calls, caller, calls])
    return true
  }
  cell[0]! += calls
  addCaller(cell, caller, calls)
  return false
}

const addCaller = (cell: Cell, caller: number, calls: number): void => {
  for (let i = 1; i < cell.length; i += 2) {
    if (cell[i] === caller) {
      cell[i + 1]! += calls
      return
    }
  }
  if (cell.length < 2 * MAX_CALLERS) cell.push(caller, calls)
}

/** Minutes after a record that are kept with it. */
const TAIL = 15

/**
 * Gives up the minutes of a day that can neither begin an anomaly nor carry one on; they then only count together. Answers how many.
 */
export const fold = (of: DayCount): number => {
  const before = of.cells.size
  let record = LEAST_CALLS - 1
  let kept = Number.NEGATIVE_INFINITY
  for (const [minute, cell] of [...of.cells].sort(([a], [b]) => a - b)) {
    const calls = cell[0]!
    if (calls > record) {
      record = calls
      kept = minute
    } else if (minute - kept > TAIL || calls < LEAST_CALLS / 2) {
      of.cells.delete(minute)
      for (let i = 1; i < cell.length; i += 2) countFolded(of, cell[i]!, cell[i + 1]!)
    }
  }
  of.folded ??= new Map()
  of.open = false
  return before - of.cells.size
}

/** Callers of a folded day. */
const MAX_FOLDED = 64

/** Counts calls in a day whose minutes are no longer told apart. The day's total is the caller's to keep. */
export const countFolded = (of: DayCount, caller: number, calls: number): void => {
  of.folded ??= new Map()
  const known = of.folded.get(caller)
  if (known !== undefined || of.folded.size < MAX_FOLDED) of.folded.set(caller, (known ?? 0) + calls)
}
