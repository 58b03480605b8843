import { describe, expect, it } from 'vitest'
import type { Row } from '../../lib/ports.ts'
import { parseQuery } from '../../lib/query/pack.ts'
import { BeingFinished, finishExecution } from '../../lib/query/run-finish.ts'
import { type QueryRun, type QueryState, runKey, stateKey } from '../../lib/query/run-record.ts'
import { startRun } from '../../lib/query/run-start.ts'
import type { RunWorld } from '../../lib/query/run-world.ts'
import { ATHENA_CATALOG } from '../../lib/store/athena-catalog.ts'
import { type Ending, memoryAthena, memoryDocuments } from '../support/memory-athena.ts'

const query = parseQuery(
  'queries/cis/root-use.sql',
  `/*---
name: root-use
title: Use of root
question: Who used root?
params: [since, until]
severity: high
---*/
SELECT eventID, eventName FROM events
WHERE eventTime >= :since AND eventTime < :until AND userIdentity.type = 'Root'
ORDER BY eventID
LIMIT 3
`,
)
const scheduled = { pack: 'cis', query }
const TICK = '2026-11-02T00:00:00.000Z'
const LATER = '2026-11-02T01:00:00.000Z'
const rows = (...ids: string[]): Row[] => ids.map((eventid) => ({ eventid, eventname: 'GetUser' }))

class Killed extends Error {}

/** A world whose process can be killed before any of its steps, and whose findings are a set as behind the archive. */
const worldOf = () => {
  const athena = memoryAthena()
  const { texts, document } = memoryDocuments()
  const findings: string[] = []
  const tables = {
    now: TICK,
    killAt: Number.POSITIVE_INFINITY,
    steps: 0,
    refusal: undefined as Error | undefined,
  }
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    if (++tables.steps === tables.killAt) throw new Killed('killed')
    const done = await act()
    if (tables.steps + 0.5 === tables.killAt) throw new Killed('killed')
    return done
  }
  const world = (process = 'one', more: Partial<RunWorld> = {}): RunWorld => ({
    engine: {
      ...athena.engine,
      start: (sql, token) =>
        step(async () => {
          if (tables.refusal) throw tables.refusal
          return athena.engine.start(sql, token)
        }),
    },
    catalog: ATHENA_CATALOG,
    clock: { now: () => tables.now },
    document: (key) => {
      const { read, update } = document(key)
      return { read, update: (change) => step(() => update(change)) }
    },
    find: (pack, name) => (pack === 'cis' && name === 'root-use' ? query : undefined),
    report: (_query, found) =>
      step(async () => {
        findings.push(...found.map(({ eventid }) => eventid!))
        return found.length
      }),
    keep: (run) => step(async () => `s3://lake/${run.run}.parquet`),
    process,
    refusalOf: (error) =>
      (error as Error).message === 'too many'
        ? 'THROTTLED'
        : (error as Error).message === 'bad'
          ? 'FAILED'
          : undefined,
    overlapHours: 24,
    scanLimitBytes: 1e9,
    ...more,
  })
  const lines = (): QueryRun[] =>
    [...texts].filter(([key]) => key.startsWith('query-runs/')).map(([, text]) => JSON.parse(text))
  const state = (): QueryState => JSON.parse(texts.get(stateKey({ pack: 'cis', query: 'root-use' }))!)
  const end = (ending: Ending, n = athena.executions.length) => athena.end(`q-${n}`, ending)
  return { world, athena, tables, lines, state, end, findings, texts }
}

describe('a scheduled run', () => {
  it('starts a query over its window, and finishes it when it has ended', async () => {
    const { world, athena, lines, state, end, findings } = worldOf()
    expect(await startRun(world(), scheduled, {}, TICK)).toEqual({ queries: 1 })
    expect(athena.executions[0]!.sql).toContain("TIMESTAMP '2026-11-01 00:00:00.000'")
    expect(athena.executions[0]!.sql).toContain("TIMESTAMP '2026-11-02 00:00:00.000'")
    expect(lines()).toMatchObject([{ state: 'RUNNING', execution: 'q-1', query: 'root-use', pack: 'cis' }])
    expect(await finishExecution(world(), 'q-1')).toEqual({ early: 1 })
    end({ state: 'SUCCEEDED', rows: rows('e-1', 'e-2'), scannedBytes: 2400 })
    expect(await finishExecution(world(), 'q-1')).toEqual({ succeeded: 1, rows: 2, findings: 2 })
    expect(findings).toEqual(['e-1', 'e-2'])
    expect(lines()).toMatchObject([
      { state: 'SUCCEEDED', rows: 2, findings: 2, scanned: 2400, truncated: false, finished: TICK },
    ])
    expect(lines()[0]!.parquet).toContain('s3://lake/')
    expect(state()).toMatchObject({ watermark: { until: TICK }, bytesPerHour: 100 })
    expect(state().running).toBeUndefined()
  })

  it('goes on where it ended, one overlap earlier, and tells what the last run foretells', async () => {
    const { world, athena, lines, end } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    end({ state: 'SUCCEEDED', scannedBytes: 2400 })
    await finishExecution(world(), 'q-1')
    await startRun(world(), scheduled, { '2026-10-20': 'events:1:A' }, LATER)
    expect(athena.executions[1]!.sql).toContain("TIMESTAMP '2026-10-20 00:00:00.000'")
    expect(lines()[1]).toMatchObject({ late: ['2026-10-20'], estimated: (13 * 24 + 1) * 100 })
  })

  it('says when an answer is as long as the query lets it be', async () => {
    const { world, lines, end } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    end({ state: 'SUCCEEDED', rows: rows('e-1', 'e-2', 'e-3') })
    expect(await finishExecution(world(), 'q-1')).toMatchObject({ truncated: 1 })
    expect(lines()[0]!.truncated).toBe(true)
  })
})

describe('two at once', () => {
  it('schedules start one run', async () => {
    const { world, athena, lines } = worldOf()
    const counts = await Promise.all([
      startRun(world('one'), scheduled, {}, TICK),
      startRun(world('two'), scheduled, {}, TICK),
      startRun(world('three'), scheduled, {}, '2026-11-02T00:00:01.000Z'),
    ])
    expect(counts).toHaveLength(3)
    expect(athena.executions).toHaveLength(1)
    expect(lines()).toHaveLength(1)
  })

  it('events of one end make one set of findings', async () => {
    const { world, end, findings } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    end({ state: 'SUCCEEDED', rows: rows('e-1') })
    const done = await Promise.allSettled([
      finishExecution(world('one'), 'q-1'),
      finishExecution(world('two'), 'q-1'),
    ])
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [refused] = done.filter((one) => one.status === 'rejected')
    expect(refused!.reason).toBeInstanceOf(BeingFinished)
    expect(await finishExecution(world('two'), 'q-1')).toEqual({ repeated: 1 })
    expect(findings).toEqual(['e-1'])
  })

  it('a schedule that is tried again after its end runs nothing', async () => {
    const { world, athena, end } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    end({ state: 'SUCCEEDED' })
    await finishExecution(world(), 'q-1')
    expect(await startRun(world(), scheduled, {}, TICK)).toEqual({ repeated: 1 })
    expect(athena.executions).toHaveLength(1)
  })
})

describe('a process that is killed', () => {
  /** Every step of a run, start to end. */
  const STEPS = 10

  it.each(Array.from({ length: STEPS * 2 }, (_, n) => 1 + n / 2))(
    'before or after a step, %d, loses no run and repeats none',
    async (killAt) => {
      const { world, athena, tables, lines, state, end, findings } = worldOf()
      tables.killAt = killAt
      let killed = false
      const tried = async (act: () => Promise<unknown>) => {
        try {
          await act()
        } catch (error) {
          if (!(error instanceof Killed)) throw error
          killed = true
        }
      }
      await tried(() => startRun(world('one'), scheduled, {}, TICK))
      if (athena.executions.length > 0) {
        end({ state: 'SUCCEEDED', rows: rows('e-1', 'e-2') })
        await tried(() => finishExecution(world('one'), 'q-1'))
      }
      expect(killed).toBe(true)
      tables.killAt = Number.POSITIVE_INFINITY
      // nobody hears of it again but the next schedules
      tables.now = LATER
      await startRun(world('two'), scheduled, {}, LATER)
      if (athena.executions[0]!.state === 'QUEUED') end({ state: 'SUCCEEDED', rows: rows('e-1', 'e-2') }, 1)
      tables.now = '2026-11-02T02:00:00.000Z'
      if (state().running?.run.execution === 'q-1') await startRun(world('three'), scheduled, {}, tables.now)
      expect(new Set(findings)).toEqual(new Set(['e-1', 'e-2']))
      const own = lines().filter(({ run }) => run.startsWith('20261102T000000Z'))
      if (killAt > 1) expect(own.map((run) => run.state)).toEqual(['SUCCEEDED'])
      const sent = athena.executions.filter(({ sql }) => sql.includes('20261102T000000Z'))
      expect(sent.length).toBeLessThanOrEqual(1)
    },
  )
})

describe('a run without an answer', () => {
  const failing = async (ending: Ending) => {
    const made = worldOf()
    await startRun(made.world(), scheduled, {}, TICK)
    made.end(ending)
    return { ...made, counts: await finishExecution(made.world(), 'q-1') }
  }

  it.each([
    ['FAILED', 'TABLE_NOT_FOUND: cloudtrail'],
    ['CANCELLED', 'Bytes scanned limit was exceeded'],
  ] as const)('that is %s keeps the reason, and its time is asked about again', async (end, reason) => {
    const { counts, lines, state, world, athena } = await failing({ state: end, reason })
    expect(counts).toEqual({ queriesFailed: 1, [end.toLowerCase()]: 1 })
    expect(lines()).toMatchObject([{ state: end, error: reason, finished: TICK }])
    expect(state().watermark).toBeUndefined()
    expect(await startRun(world(), scheduled, {}, LATER)).toEqual({ queries: 1 })
    expect(athena.executions).toHaveLength(2)
  })

  it('is tried again, three times in all, where Athena says that it may help', async () => {
    const { counts, athena, lines, world, end, findings } = await failing({
      state: 'FAILED',
      reason: 'INTERNAL_ERROR',
      retryable: true,
    })
    expect(counts).toEqual({ triedAgain: 1 })
    expect(await finishExecution(world(), 'q-1')).toEqual({ repeated: 1 })
    end({ state: 'FAILED', reason: 'INTERNAL_ERROR', retryable: true })
    await finishExecution(world(), 'q-2')
    expect(athena.executions).toHaveLength(3)
    end({ state: 'SUCCEEDED', rows: rows('e-1') })
    await finishExecution(world(), 'q-3')
    expect(lines()).toMatchObject([{ state: 'SUCCEEDED', attempt: 3, execution: 'q-3' }])
    expect(lines()[0]!.error).toBeUndefined()
    expect(findings).toEqual(['e-1'])
  })

  it('that Athena did not take is started by the same schedule or the next', async () => {
    const { world, tables, lines, athena } = worldOf()
    tables.refusal = new Error('too many')
    expect(await startRun(world(), scheduled, {}, TICK)).toEqual({ throttled: 1 })
    expect(lines()).toMatchObject([{ state: 'THROTTLED' }])
    tables.refusal = undefined
    expect(await startRun(world(), scheduled, {}, TICK)).toEqual({ queries: 1 })
    expect(lines()).toMatchObject([{ state: 'RUNNING' }])
    expect(athena.executions).toHaveLength(1)
  })

  it('that Athena refuses has failed', async () => {
    const { world, tables, lines, state } = worldOf()
    tables.refusal = new Error('bad')
    expect(await startRun(world(), scheduled, {}, TICK)).toEqual({ queriesFailed: 1, failed: 1 })
    expect(lines()).toMatchObject([{ state: 'FAILED', error: 'bad' }])
    expect(state().running).toBeUndefined()
  })

  it('whose start nobody knows the end of is started once more with the same token', async () => {
    const { world, tables, athena } = worldOf()
    tables.refusal = new Error('socket hang up')
    await expect(startRun(world(), scheduled, {}, TICK)).rejects.toThrow('socket hang up')
    tables.refusal = undefined
    expect(await startRun(world(), scheduled, {}, LATER)).toEqual({ queries: 1, resumed: 1 })
    expect(athena.executions).toHaveLength(1)
    expect(athena.executions[0]!.sql).toContain('20261102T000000Z')
  })

  it('that does not end is stopped after an hour', async () => {
    const { world, tables, athena, lines, state } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    tables.now = '2026-11-02T00:59:00.000Z'
    expect(await startRun(world(), scheduled, {}, tables.now)).toEqual({ underway: 1 })
    tables.now = '2026-11-02T01:00:00.000Z'
    expect(await startRun(world(), scheduled, {}, tables.now)).toEqual({ queriesFailed: 1, timed_out: 1 })
    expect(athena.executions[0]!.state).toBe('CANCELLED')
    expect(lines()).toMatchObject([{ state: 'TIMED_OUT' }])
    expect(state().running).toBeUndefined()
  })

  it('that would read too much is not started, and says what it would read', async () => {
    const { world, athena, lines, end } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    end({ state: 'SUCCEEDED', scannedBytes: 24e6 })
    await finishExecution(world(), 'q-1')
    const small = world('one', { scanLimitBytes: 20e6 })
    expect(await startRun(small, scheduled, {}, LATER)).toEqual({ queriesRefused: 1, queriesFailed: 1 })
    expect(athena.executions).toHaveLength(1)
    expect(lines()[1]).toMatchObject({
      state: 'REFUSED',
      error: expect.stringContaining('at most 20000000 bytes, found an estimate of 25000000'),
    })
  })
})

describe('an execution', () => {
  it('of somebody else in the workgroup is left alone', async () => {
    const { world, athena, texts } = worldOf()
    await athena.engine.start('SELECT 1', 't')
    athena.end('q-1', { state: 'SUCCEEDED' })
    expect(await finishExecution(world(), 'q-1')).toEqual({ foreign: 1 })
    expect(texts.size).toBe(0)
  })

  it('with the mark of a run is not that run', async () => {
    const { world, athena, end, findings, lines } = worldOf()
    await startRun(world(), scheduled, {}, TICK)
    const mark = /^\/\*.*?\*\//.exec(athena.executions[0]!.sql)![0]
    await athena.engine.start(`${mark} SELECT 'forged' AS eventid`, 't')
    end({ state: 'SUCCEEDED', rows: rows('forged') }, 2)
    expect(await finishExecution(world(), 'q-2')).toEqual({ foreign: 1 })
    expect(findings).toEqual([])
    expect(lines()).toMatchObject([{ state: 'RUNNING' }])
  })

  it('lies where its day is, under its own name', () => {
    expect(runKey({ run: '20261102T000000Z-0123456789abcdef' })).toBe(
      'query-runs/2026-11-02/20261102T000000Z-0123456789abcdef.json',
    )
  })
})
