import { messageOf, UsageError } from '../errors.ts'
import { SqlError } from '../sql/sql-error.ts'
import type { Query } from './pack.ts'
import { windowParams } from './parameters.ts'
import { endRun, finishRun } from './run-finish.ts'
import { compileQuery } from './run-query.ts'
import { type Claim, markedSql, type QueryRun, type QueryState, runName, tokenOf } from './run-record.ts'
import { changeState, writeRun } from './run-state.ts'
import type { RunWorld } from './run-world.ts'
import { type LateEvents, nextWindow } from './watermark.ts'

/** A query of a scheduled pack. */
export interface ScheduledQuery {
  readonly pack: string
  readonly query: Query
}

export type Started = Readonly<Record<string, number>>

/** Milliseconds after which a run that Athena has not ended is stopped: twice what Athena gives a query. */
const STUCK = 60 * 60_000
/** Athena takes texts of this size. */
const LONGEST_SQL = 262_144

/**
 * Starts the next run of a query, unless one is under way. One that is under way is looked at first: what ended without anybody hearing of it is
 * finished, what was claimed and never started is started, what does not end is stopped. `tick` is the schedule's time (UTC ISO): the same
 * one starts the same run. Answers counts.
 */
export const startRun = async (
  world: RunWorld,
  scheduled: ScheduledQuery,
  late: LateEvents,
  tick: string,
): Promise<Started> => {
  const { claim, isOurs, refusal } = await claimed(world, scheduled, late, tick)
  if (refusal) return refusal
  if (!claim) return { repeated: 1 }
  if (isOurs) return launch(world, claim)
  return resume(world, claim)
}

interface Claimed {
  readonly claim?: Claim
  readonly isOurs?: boolean
  readonly refusal?: Started
}

/** The claim of a run that is under way, or a new one, set down before anything is started. */
const claimed = async (
  world: RunWorld,
  scheduled: ScheduledQuery,
  late: LateEvents,
  tick: string,
): Promise<Claimed> => {
  let result: Claimed = {}
  let refused: QueryRun | undefined
  await changeState(world, keyed(scheduled), (state) => {
    refused = undefined
    if (state.running) {
      result = { claim: state.running, isOurs: false }
      return state
    }
    const run = runOf(world, scheduled, { state, late, tick })
    if (state.last === run.run) {
      result = {}
      return state
    }
    if (run.estimated !== undefined && run.estimated > world.scanLimitBytes) {
      refused = run
      result = { refusal: { queriesRefused: 1, queriesFailed: 1 } }
      return { ...state, last: run.run }
    }
    const claim = { run, late }
    result = { claim, isOurs: true }
    return { ...state, running: claim }
  })
  if (refused) await writeRun(world, { ...refused, ...tooLarge(world, refused), finished: world.clock.now() })
  return result
}

const keyed = ({ pack, query }: ScheduledQuery) => ({ pack, query: query.name })

const tooLarge = ({ scanLimitBytes }: RunWorld, { estimated = 0 }: QueryRun) => ({
  state: 'REFUSED' as const,
  error: `expected a query that reads at most ${scanLimitBytes} bytes, found an estimate of ${estimated}: what its last run read, for this window`,
})

interface Situation {
  readonly state: QueryState
  readonly late: LateEvents
  readonly tick: string
}

const HOUR = 3_600_000

/** The run that a query's state, what is late and the time ask for. Throws UsageError where the query needs a value no schedule has. */
const runOf = (
  world: RunWorld,
  { pack, query }: ScheduledQuery,
  { state, late, tick }: Situation,
): QueryRun => {
  const { watermark, bytesPerHour } = state
  const { since, until, reachedBack } = nextWindow({
    watermark,
    late,
    now: tick,
    overlapHours: world.overlapHours,
  })
  const hours = (Date.parse(until) - Date.parse(since)) / HOUR
  const run = runName({ pack, query: query.name }, tick)
  const { sql } = compileQuery(
    { query, catalog: world.catalog, params: windowParams(query, { since, until }) },
    'athena',
  )
  if (sql.length > LONGEST_SQL)
    throw new UsageError(
      `${query.name}: expected at most ${LONGEST_SQL} characters of SQL, found ${sql.length}`,
    )
  return {
    run,
    pack,
    query: query.name,
    state: 'STARTING',
    attempt: 1,
    since,
    until,
    late: reachedBack,
    started: world.clock.now(),
    ...(bytesPerHour !== undefined && { estimated: Math.round(bytesPerHour * hours) }),
    sql,
  }
}

/** Starts what was claimed. Sending it again is harmless: Athena knows the token. */
export const launch = async (world: RunWorld, claim: Claim): Promise<Started> => {
  const { run } = claim
  await writeRun(world, run)
  try {
    const execution = await world.engine.start(markedSql(run), tokenOf(run))
    await changeState(world, run, (state) =>
      state.running?.run.run === run.run && state.running.run.attempt === run.attempt
        ? {
            ...state,
            running: { ...state.running, run: { ...state.running.run, state: 'RUNNING', execution } },
          }
        : state,
    )
    await writeRun(world, { ...run, state: 'RUNNING', execution })
    return { queries: 1 }
  } catch (error) {
    const state = world.refusalOf(error)
    if (!state) throw error
    const why =
      state === 'THROTTLED'
        ? 'Athena took no more queries; the next run asks for the same time'
        : messageOf(error)
    return endRun(world, run, { state, error: why })
  }
}

const resume = async (world: RunWorld, claim: Claim): Promise<Started> => {
  const { run } = claim
  if (!run.execution) return { ...(await launch(world, claim)), resumed: 1 }
  const execution = await world.engine.look(run.execution)
  if (execution.state !== 'QUEUED' && execution.state !== 'RUNNING')
    return { ...(await finishRun(world, run, execution)), swept: 1 }
  if (Date.parse(world.clock.now()) - Date.parse(run.started) < STUCK) return { underway: 1 }
  await world.engine.stop(execution.id)
  return endRun(world, run, {
    state: 'TIMED_OUT',
    error: `Athena had it ${execution.state.toLowerCase()} since ${run.started}, and it was stopped`,
    scanned: execution.scannedBytes,
  })
}

/** Is it the query's own fault that it cannot be scheduled: a value that no schedule has, or SQL that is refused? */
export const isUnschedulable = (error: unknown): error is Error =>
  error instanceof UsageError || error instanceof SqlError
