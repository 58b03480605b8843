import queryFiles from 'content:queries'
import { onMessages } from '../lib/aws/handler.ts'
import { endedQueriesOf } from '../lib/aws/query-message.ts'
import { queryRunPorts } from '../lib/aws/query-run-ports.ts'
import { settingsOf } from '../lib/aws/settings.ts'
import { finishExecution } from '../lib/query/run-finish.ts'
import { queryIn, queryRuns } from '../lib/query-runs.ts'

const settings = settingsOf([
  'workgroup',
  'database',
  'packHours',
  'scanLimitBytes',
  'findingBus',
  'topic',
  'lakeBucket',
  'notifyLevel',
  'minLevel',
])
const ports = queryRunPorts(settings)
const find = queryIn(queryFiles)

/** Athena ended a query: when it was a run of a pack, make its rows findings, write down how it went, and move its watermark. */
export const handler = onMessages(endedQueriesOf, async ({ execution }, { awsRequestId }) => {
  if (execution === undefined) return { ignored: 1 }
  return finishExecution(queryRuns({ ...ports, find, process: awsRequestId }), execution)
})
