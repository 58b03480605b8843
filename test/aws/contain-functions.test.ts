import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Context } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { event, findingOf } from '../containment/events.ts'
import { lambdaContext as context } from '../support/lambda-context.ts'
import { ofType } from '../template/packaged.ts'
import { type Answer, type Call, json, jsonError, loopback } from './loopback.ts'

const built = existsSync(new URL('../../dist/approve/index.js', import.meta.url))
if (!built) console.warn('tests of the shipped functions of containment skipped: nothing is built')

const require = createRequire(import.meta.url)
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((close) => close()))
})

const SETTINGS = {
  TRAILWARDEN_FINDING_BUS: 'findings',
  TRAILWARDEN_TOPIC: 'arn:aws:sns:us-east-1:111122223333:topic',
  TRAILWARDEN_LAKE_BUCKET: 'lake',
  TRAILWARDEN_ACCOUNT_ID: '111122223333',
  TRAILWARDEN_LEDGER_TABLE: 'ledger',
  TRAILWARDEN_WIDE_FUNCTION: 'trailwarden-main-contain-wide',
  TRAILWARDEN_OWNER: 'security@example.com',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
}

/** A shipped function in a mode, with nothing but what `answer` gives. */
const shipped = async (name: string, mode: string, answer: (call: Call) => Answer) => {
  const { endpoint, calls, close } = await loopback(answer)
  open.push(close)
  for (const [setting, value] of Object.entries({
    ...SETTINGS,
    TRAILWARDEN_MODE: mode,
    AWS_ENDPOINT_URL: endpoint,
  }))
    vi.stubEnv(setting, value)
  const path = require.resolve(`../../dist/${name}/index.js`)
  delete require.cache[path]
  const { handler } = require(path) as {
    handler: (event: unknown, context: Context) => Promise<Record<string, unknown>>
  }
  return { invoke: (event: unknown) => handler(event, context), calls }
}

const ask = (body: object, signed = true) => ({
  requestContext: {
    requestId: 'u-1',
    http: { method: 'POST' },
    ...(signed && {
      authorizer: { iam: { userArn: 'arn:aws:iam::111122223333:user/olga', userId: 'AIDAOLGA' } },
    }),
  },
  body: JSON.stringify(body),
})

const EMPTY = (call: Call): Answer => {
  if (call.operation === 'Query') return json({ Items: [] })
  if (call.operation) return json({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] })
  if (call.method === 'HEAD') return { status: 404 }
  const published =
    '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>'
  return call.method === 'POST' ? { headers: { 'content-type': 'text/xml' }, body: published } : {}
}

describe.skipIf(!built)('approve, as shipped', () => {
  it('answers who did not sign with 403, and looks at nothing', async () => {
    const { invoke, calls } = await shipped('approve', 'approve', EMPTY)
    for (const request of [ask({ status: true }, false), {}])
      expect(await invoke(request)).toMatchObject({ statusCode: 403 })
    expect(calls).toEqual([])
  })

  it('tells what stands in the ledger', async () => {
    const { invoke } = await shipped('approve', 'approve', EMPTY)
    expect(await invoke(ask({ status: true }))).toMatchObject({ statusCode: 200, body: '{"actions":[]}\n' })
  })

  it('says where to look when it fails, and nothing of what failed', async () => {
    const broken = await shipped('approve', 'approve', () =>
      jsonError('ResourceNotFoundException', 'no table ledger in /var/secret'),
    )
    expect(await broken.invoke(ask({ status: true }))).toEqual({
      statusCode: 500,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"error":"it failed: look for request u-1 in the log of approve"}\n',
    })
  })
})

describe.skipIf(!built)('what observes, as shipped', () => {
  const finding = findingOf(event('ListBuckets', 's3'), 'compromised-access-key')

  it('never reads the ledger, and calls no API of a plan', async () => {
    const { invoke, calls } = await shipped('watch-containment', 'observe', EMPTY)
    await invoke({})
    const contain = await shipped('contain', 'observe', EMPTY)
    await contain.invoke({ source: 'trailwarden', 'detail-type': 'Trailwarden Finding', detail: finding })
    const operations = [...calls, ...contain.calls].map(
      ({ operation, method, url }) => operation || `${method} ${url.pathname}`,
    )
    expect(operations).toContain('PutEvents')
    expect(operations.filter((one) => /Query|TransactWriteItems|invocations/.test(one))).toEqual([])
  })
})

describe('the queue before contain', () => {
  it('hands over one finding at a time', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::EventSourceMapping'))
      if (JSON.stringify(Properties.FunctionName).includes('ContainLambda'))
        expect([Properties.BatchSize, Properties.FunctionResponseTypes]).toEqual([
          1,
          ['ReportBatchItemFailures'],
        ])
  })
})
