import { AthenaClient } from '@aws-sdk/client-athena'
import type { QueryEngine, Row } from '../../lib/ports.ts'
import { type Answer, type Call, json, jsonError, loopback } from '../aws/loopback.ts'

interface Execution {
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  reason: string
  columns: readonly string[]
  rows: readonly Row[]
}

/** Rows on one page of results, the header among them. */
const PAGE = 3

/**
 * Athena's API on the loopback interface; DuckDB works out the answers. `translate` gives DuckDB's text for Athena's.
 * Parameters are SQL literals put in place of each `?`, as in Athena.
 */
export const fakeAthena = async (engine: QueryEngine, translate: (sql: string) => string = (sql) => sql) => {
  const executions = new Map<string, Execution>()
  const tokens = new Map<string, string>()

  const start = (call: Call): Answer => {
    const { QueryString, ExecutionParameters = [], ClientRequestToken: token } = JSON.parse(call.body)
    const known = tokens.get(token)
    if (known) return json({ QueryExecutionId: known })
    const id = `query-${executions.size + 1}`
    if (token) tokens.set(token, id)
    const execution: Execution = { state: 'QUEUED', reason: '', columns: [], rows: [] }
    executions.set(id, execution)
    const literals = [...ExecutionParameters]
    const sql = translate(QueryString).replaceAll('?', () => literals.shift())
    void engine.run(sql, []).then(
      (result) => Object.assign(execution, { ...result, state: 'SUCCEEDED' }),
      (error: Error) => Object.assign(execution, { reason: error.message, state: 'FAILED' }),
    )
    return json({ QueryExecutionId: id })
  }

  const status = (call: Call): Answer => {
    const { QueryExecutionId: id } = JSON.parse(call.body)
    const { state, reason } = executions.get(id)!
    if (state === 'QUEUED') executions.get(id)!.state = 'RUNNING'
    const StateChangeReason = reason || undefined
    return json({ QueryExecution: { QueryExecutionId: id, Status: { State: state, StateChangeReason } } })
  }

  const results = (call: Call): Answer => {
    const { QueryExecutionId: id, NextToken = '0' } = JSON.parse(call.body)
    const { columns, rows } = executions.get(id)!
    const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? null))]
    const from = Number(NextToken)
    // Athena leaves the value of a NULL out
    const Rows = lines
      .slice(from, from + PAGE)
      .map((line) => ({ Data: line.map((value) => (value === null ? {} : { VarCharValue: value })) }))
    const ColumnInfo = columns.map((Name) => ({ Name, Type: 'varchar' }))
    const more = from + PAGE < lines.length
    return json({
      ResultSet: { Rows, ResultSetMetadata: { ColumnInfo } },
      ...(more && { NextToken: String(from + PAGE) }),
    })
  }

  const operations: Readonly<Record<string, (call: Call) => Answer>> = {
    StartQueryExecution: start,
    GetQueryExecution: status,
    GetQueryResults: results,
  }
  const { endpoint, calls, close } = await loopback(
    (call) => operations[call.operation]?.(call) ?? jsonError('UnknownOperationException'),
  )
  return { client: new AthenaClient({ endpoint, maxAttempts: 3 }), calls, executions, close }
}
