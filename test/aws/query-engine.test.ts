import { AthenaClient } from '@aws-sdk/client-athena'
import { afterEach, describe, expect, it } from 'vitest'
import { athenaQueryEngine } from '../../lib/aws/query-engine.ts'
import { type Answer, type Call, json, jsonError, loopback } from './loopback.ts'

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

const SQL = 'SELECT eventname, calls FROM events WHERE eventsource = ?'
const row = (...values: (string | null)[]) => ({
  Data: values.map((value) => (value === null ? {} : { VarCharValue: value })),
})
const page = (rows: object[], NextToken?: string) =>
  json({
    ResultSet: {
      Rows: rows,
      ResultSetMetadata: {
        ColumnInfo: [
          { Name: 'eventname', Type: 'varchar' },
          { Name: 'calls', Type: 'bigint' },
        ],
      },
    },
    ...(NextToken && { NextToken }),
  })
const state = (State: string, more: object = {}) => json({ QueryExecution: { Status: { State, ...more } } })

const engineAt = async (
  answers: Record<string, (call: Call, n: number) => Answer>,
  run?: string,
  remaining?: () => number,
) => {
  const seen = new Map<string, number>()
  const { endpoint, calls, close } = await loopback((call) => {
    const n = (seen.get(call.operation) ?? 0) + 1
    seen.set(call.operation, n)
    return answers[call.operation]!(call, n)
  })
  open.push(close)
  const client = new AthenaClient({ endpoint, maxAttempts: 1 })
  const bodies = (operation: string) =>
    calls.filter((call) => call.operation === operation).map(({ body }) => JSON.parse(body))
  return {
    engine: athenaQueryEngine({
      workgroup: 'trailwarden',
      database: 'trail',
      client,
      ...(run && { run }),
      ...(remaining && { remaining }),
    }),
    bodies,
  }
}
const started = () => json({ QueryExecutionId: 'q-1' })

describe('Athena query engine', () => {
  it('waits, reads every page, and gives text or null without the header', async () => {
    const { engine, bodies } = await engineAt({
      StartQueryExecution: started,
      GetQueryExecution: (_call, n) => state(['QUEUED', 'RUNNING', 'SUCCEEDED'][n - 1]!),
      GetQueryResults: (call) =>
        JSON.parse(call.body).NextToken
          ? page([row('eventname', 'calls')])
          : page([row('eventname', 'calls'), row('StopLogging', '2'), row(null, '1')], 'more'),
    })
    const { columns, rows } = await engine.run(SQL, [])
    expect(columns).toEqual(['eventname', 'calls'])
    expect(rows).toEqual([
      { eventname: 'StopLogging', calls: '2' },
      { eventname: null, calls: '1' },
      { eventname: 'eventname', calls: 'calls' }, // only the first row of the first page is a header
    ])
    expect(bodies('StartQueryExecution')[0]).toMatchObject({
      WorkGroup: 'trailwarden',
      QueryExecutionContext: { Database: 'trail' },
    })
  })

  it('sends parameters as literals that cannot end themselves', async () => {
    const { engine, bodies } = await engineAt({
      StartQueryExecution: started,
      GetQueryExecution: () => state('SUCCEEDED'),
      GetQueryResults: () => page([]),
    })
    await engine.run(SQL, ["x' OR 'a'='a"])
    expect(bodies('StartQueryExecution')[0].ExecutionParameters).toEqual(["'x'' OR ''a''=''a'"])
  })

  it('starts one query for one run, however often it is tried', async () => {
    const answers = {
      StartQueryExecution: started,
      GetQueryExecution: () => state('SUCCEEDED'),
      GetQueryResults: () => page([]),
    }
    const tokens = async (run: string | undefined, sql: string) => {
      const { engine, bodies } = await engineAt(answers, run)
      await engine.run(sql, [])
      return bodies('StartQueryExecution')[0].ClientRequestToken as string
    }
    const first = await tokens('run-1', SQL)
    expect(first.length).toBeGreaterThanOrEqual(32)
    expect(await tokens('run-1', SQL)).toBe(first)
    expect(await tokens('run-2', SQL)).not.toBe(first)
    expect(await tokens('run-1', `${SQL} `)).not.toBe(first)
    expect(await tokens(undefined, SQL)).not.toBe(await tokens(undefined, SQL))
  })

  it('tries again what Athena calls retryable, as a new query', async () => {
    const { engine, bodies } = await engineAt(
      {
        StartQueryExecution: started,
        GetQueryExecution: (_call, n) =>
          n === 1 ? state('FAILED', { AthenaError: { Retryable: true } }) : state('SUCCEEDED'),
        GetQueryResults: () => page([]),
      },
      'run-1',
    )
    await engine.run(SQL, [])
    const tokens = bodies('StartQueryExecution').map(({ ClientRequestToken }) => ClientRequestToken)
    expect(new Set(tokens).size).toBe(2)
  })

  it.each([
    ['FAILED', 'TABLE_NOT_FOUND: no table events', /failed: TABLE_NOT_FOUND/],
    ['CANCELLED', 'Bytes scanned limit was exceeded', /was cancelled: Bytes scanned limit/],
  ])('throws with the reason of Athena when a query is %s', async (end, reason, message) => {
    const { engine } = await engineAt({
      StartQueryExecution: started,
      GetQueryExecution: () => state(end, { StateChangeReason: reason }),
    })
    await expect(engine.run(SQL, [])).rejects.toThrow(message)
  })

  it('says that there are too many queries when Athena takes no more', async () => {
    const { engine } = await engineAt({
      StartQueryExecution: () => jsonError('TooManyRequestsException', 'You have exceeded the limit'),
    })
    await expect(engine.run(SQL, [])).rejects.toMatchObject({
      name: 'QueryNotAnswered',
      state: 'THROTTLED',
      message: expect.stringContaining('Ask again later'),
    })
  })

  it('stops a query when hardly any time is left, and says how it stood', async () => {
    const { engine, bodies } = await engineAt(
      {
        StartQueryExecution: started,
        GetQueryExecution: () => state('RUNNING'),
        StopQueryExecution: () => json({}),
      },
      undefined,
      () => 9_999,
    )
    await expect(engine.run(SQL, [])).rejects.toMatchObject({
      state: 'TIMED_OUT',
      execution: 'q-1',
      message: expect.stringContaining('was still running when the time ran out'),
    })
    expect(bodies('StopQueryExecution')).toEqual([{ QueryExecutionId: 'q-1' }])
  })
})
