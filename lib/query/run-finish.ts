import type { Row } from '../ports.ts'
import type { Query } from './pack.ts'
import { windowParams } from './parameters.ts'
import { compileQuery } from './run-query.ts'
import { type Claim, markedSql, markIn, type QueryRun, type QueryState, tokenOf } from './run-record.ts'
import { changeState, readState, writeRun } from './run-state.ts'
import type { Column, Execution, RunWorld } from './run-world.ts'
import { advanced } from './watermark.ts'

export type Finished = Readonly<Record<string, number>>

/** Executions of one run before a failure that Athena calls retryable is final. */
const ATTEMPTS = 3
/** Milliseconds that one process has to finish a run before another may try. */
const LEASE = 15 * 60_000
/** Rows of an answer that are looked at; a pack's query asks for far fewer. */
const MOST_ROWS = 100_000

/** Another process is finishing the run: worth coming back. */
export class BeingFinished extends Error {
  constructor(run: string) {
    super(`${run}: somebody else is finishing it`)
    this.name = 'BeingFinished'
  }
}

/**
 * Finishes the run that an execution belongs to, once: rows become findings, the line of the run is written, the watermark moves. What belongs to
 * no run, or to one that is finished, is counted and left alone. Throws when another process is finishing it, and when something
 * on the way fails; then it can be called again.
 */
export const finishExecution = async (world: RunWorld, id: string): Promise<Finished> => {
  const execution = await world.engine.look(id)
  const mark = markIn(execution.sql)
  if (!mark) return { foreign: 1 }
  if (execution.state === 'QUEUED' || execution.state === 'RUNNING') return { early: 1 }
  const state = await readState(world, mark)
  const run = state.running?.run
  if (!run || run.run !== mark.run || run.attempt !== mark.attempt) return { repeated: 1 }
  // anybody who may use the workgroup can write the mark of a run; what was started for it is known
  if (run.execution ? run.execution !== id : markedSql(run) !== execution.sql.trim()) return { foreign: 1 }
  return finishRun(world, run, execution)
}

/** As `finishExecution`, for a run whose execution has ended. */
export const finishRun = async (world: RunWorld, run: QueryRun, execution: Execution): Promise<Finished> => {
  const claim = await leased(world, run)
  if (!claim) return { repeated: 1 }
  try {
    if (execution.state === 'SUCCEEDED') return await succeeded(world, claim, execution)
    if (execution.retryable && run.attempt < ATTEMPTS) return await again(world, claim, execution)
    return await endRun(world, run, {
      state: execution.state === 'CANCELLED' ? 'CANCELLED' : 'FAILED',
      error: execution.reason || 'Athena gave no reason',
      ...measured(execution),
    })
  } catch (error) {
    await changeState(world, run, withoutLease(world, run)).catch(() => undefined)
    throw error
  }
}

/** Takes the lease of a run. Nothing when the run is finished; throws when somebody else has it. */
const leased = async (
  world: RunWorld,
  { pack, query, run, attempt }: QueryRun,
): Promise<Claim | undefined> => {
  const now = world.clock.now()
  const { running } = await changeState(world, { pack, query }, (state) => {
    const claim = state.running
    if (!claim || claim.run.run !== run || claim.run.attempt !== attempt) return state
    if (claim.lease && claim.lease.by !== world.process && claim.lease.until > now) return state
    const lease = { by: world.process, until: new Date(Date.parse(now) + LEASE).toISOString() }
    return { ...state, running: { ...claim, lease } }
  })
  if (!running || running.run.run !== run || running.run.attempt !== attempt) return undefined
  if (running.lease?.by !== world.process) throw new BeingFinished(run)
  return running
}

const withoutLease =
  (world: RunWorld, run: QueryRun) =>
  (state: QueryState): QueryState => {
    if (state.running?.run.run !== run.run || state.running.lease?.by !== world.process) return state
    const { lease: _, ...claim } = state.running
    return { ...state, running: claim }
  }

const measured = ({ id, scannedBytes, queuedMs, results }: Execution) => ({
  execution: id,
  scanned: scannedBytes,
  queuedms: queuedMs,
  ...(results && { results }),
})

const HOUR = 3_600_000

const succeeded = async (world: RunWorld, claim: Claim, execution: Execution): Promise<Finished> => {
  const { run, late } = claim
  const query = world.find(run.pack, run.query)
  if (!query) return endRun(world, run, { state: 'FAILED', error: 'the query is not there any more' })
  const answer = await rowsOf(world, execution.id)
  const columns = columnsOf(world, query, run, answer.columns)
  const rows = answer.rows.map((row) => named(row, columns))
  const findings = await world.report(query, rows, run)
  const parquet = await world.keep(run, columns, rows)
  const truncated = rows.length === limitOf(query.sql) || rows.length >= MOST_ROWS
  const hours = Math.max(1, (Date.parse(run.until) - Date.parse(run.since)) / HOUR)
  const ended = {
    state: 'SUCCEEDED' as const,
    rows: rows.length,
    findings,
    truncated,
    ...measured(execution),
    ...(parquet && { parquet }),
  }
  const counts = await endRun(world, run, ended, (state) => ({
    ...state,
    watermark: advanced(state.watermark, { ...run, reachedBack: run.late }, late),
    bytesPerHour: execution.scannedBytes / hours,
  }))
  return { ...counts, rows: rows.length, findings, ...(truncated && { truncated: 1 }) }
}

const rowsOf = async (world: RunWorld, id: string): Promise<{ columns: readonly string[]; rows: Row[] }> => {
  let columns: readonly string[] = []
  const rows: Row[] = []
  for await (const page of world.engine.pages(id)) {
    columns = page.columns
    rows.push(...page.rows)
    if (rows.length >= MOST_ROWS) break
  }
  return { columns, rows: rows.slice(0, MOST_ROWS) }
}

/** Columns and types as the compiler names them; as Athena does when the query has changed since. */
const columnsOf = (
  { catalog }: RunWorld,
  query: Query,
  run: QueryRun,
  found: readonly string[],
): readonly Column[] => {
  const { columns } = compileQuery({ query, catalog, params: windowParams(query, run) }, 'athena')
  const isSame =
    found.length === columns.length &&
    columns.every(({ name }, at) => name.toLowerCase() === found[at]?.toLowerCase())
  return isSame || found.length === 0 ? columns : found.map((name) => ({ name, type: 'varchar' }))
}

const named = (row: Row, columns: readonly Column[]): Row => {
  const values = Object.values(row)
  return Object.fromEntries(columns.map(({ name }, at) => [name, values[at] ?? null]))
}

/** The LIMIT that a query ends in. */
const limitOf = (sql: string): number => Number(/\bLIMIT\s+(\d+)\s*$/i.exec(sql.trim())?.[1] ?? -1)

const again = async (world: RunWorld, { run }: Claim, { reason }: Execution): Promise<Finished> => {
  const { execution: _, ...rest } = run
  const next: QueryRun = { ...rest, state: 'STARTING', attempt: run.attempt + 1, error: reason }
  await changeState(world, run, (state) =>
    state.running?.run.run === run.run
      ? { ...state, running: { run: next, late: state.running.late } }
      : state,
  )
  const execution = await world.engine.start(markedSql(next), tokenOf(next))
  const started: QueryRun = { ...next, state: 'RUNNING', execution }
  await changeState(world, run, (state) =>
    state.running?.run.run === run.run && state.running.run.attempt === next.attempt
      ? { ...state, running: { ...state.running, run: started } }
      : state,
  )
  await writeRun(world, started)
  return { triedAgain: 1 }
}

type End = Pick<QueryRun, 'state'> & Partial<QueryRun>

/** Ends a run: its line first, then its claim, so that a crash in between leaves something to end. Answers counts. */
export const endRun = async (
  world: RunWorld,
  run: QueryRun,
  end: End,
  change: (state: QueryState) => QueryState = (state) => state,
): Promise<Finished> => {
  const { error: _, ...known } = run // of an attempt before this one
  await writeRun(world, { ...known, ...end, finished: world.clock.now() })
  await changeState(world, run, (state) => {
    if (state.running?.run.run !== run.run) return state
    const { running: _, ...rest } = change(state)
    // what Athena did not take may be asked for again at once
    return end.state === 'THROTTLED' ? rest : { ...rest, last: run.run }
  })
  if (end.state === 'SUCCEEDED' || end.state === 'THROTTLED') return { [end.state.toLowerCase()]: 1 }
  return { queriesFailed: 1, [end.state.toLowerCase()]: 1 }
}
