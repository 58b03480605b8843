import type { Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { onDelivery } from '../../lib/aws/handler.ts'

const context = {
  functionName: 'f',
  awsRequestId: 'r',
  memoryLimitInMB: '128',
  invokedFunctionArn: 'arn',
  functionVersion: '1',
} as Context
const created = (key: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'b' }, object: { key } },
})
const sqs = (...keys: string[]) => ({
  Records: keys.map((key) => ({
    messageId: `m-${key}`,
    eventSource: 'aws:sqs',
    body: JSON.stringify(created(key)),
  })),
})
const handlerThatFailsOn = (bad: string, seen: string[]) =>
  onDelivery(async ({ objects }) => {
    for (const { key } of objects) {
      if (key === bad) throw new Error('no')
      seen.push(key)
    }
    return { objects: objects.length }
  })

describe('handler over a queue', () => {
  it('names the message that failed, and handles the others', async () => {
    const seen: string[] = []
    const answer = await handlerThatFailsOn('b', seen)(sqs('a', 'b', 'c'), context)
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-b' }] })
    expect(seen).toEqual(['a', 'c'])
  })

  it('lets what nobody can read pass, so that it does not come back for ever', async () => {
    const strange = { Records: [{ messageId: 'm', eventSource: 'aws:sqs', body: 'no json' }] }
    expect(await handlerThatFailsOn('b', [])(strange, context)).toEqual({ batchItemFailures: [] })
  })

  it('throws without a queue, so that Lambda tries again', async () => {
    await expect(handlerThatFailsOn('b', [])(created('b'), context)).rejects.toThrow('no')
  })
})
