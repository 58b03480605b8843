import { GetRoleCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { afterEach, describe, expect, it } from 'vitest'
import type { ApiServices } from '../../lib/aws/api/service.ts'
import { API_SERVICES } from '../../lib/aws/api/services.ts'
import { awsResponder } from '../../lib/aws/responder.ts'
import { SAMPLES, sampleAction } from '../containment/events.ts'
import { type Answer, json, jsonError, loopback } from './loopback.ts'

let server: Awaited<ReturnType<typeof loopback>>
afterEach(() => server.close())

const responder = async (answer: (n: number) => Answer) => {
  server = await loopback((_call, n) => answer(n))
  const settings = {
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const services: ApiServices = {
    iam: async () => ({
      client: (more) => new IAMClient({ ...settings, ...more, maxAttempts: 3 }),
      operations: { UpdateAccessKey: UpdateAccessKeyCommand, GetRole: GetRoleCommand },
    }),
    kms: async () => ({
      client: (more) => new KMSClient({ ...settings, ...more }),
      operations: { DescribeKey: DescribeKeyCommand },
    }),
  }
  return awsResponder({ services, region: 'us-east-1' })
}

const xml = (body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' },
  body,
})

const KEY = {
  service: 'iam',
  operation: 'UpdateAccessKey',
  input: { UserName: 'eve', AccessKeyId: 'AKIAEXAMPLE000000001', Status: 'Inactive' },
}

describe('a responder over the SDK', () => {
  it('sends the call of the plan, and answers with the request id', async () => {
    const { call } = await responder(() => xml('<UpdateAccessKeyResponse></UpdateAccessKeyResponse>'))
    expect(await call(KEY)).toEqual({ output: {}, requestId: 'r-1' })
    expect(new URLSearchParams(server.calls[0]!.body).get('Status')).toBe('Inactive')
  })

  it('answers with the code of an error, and does not throw', async () => {
    const { call } = await responder(() =>
      xml(
        '<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no such key</Message></Error><RequestId>r-2</RequestId></ErrorResponse>',
        404,
      ),
    )
    expect(await call(KEY)).toMatchObject({ error: 'NoSuchEntity', message: 'no such key' })
  })

  it('waits out throttling', async () => {
    const { call } = await responder((n) =>
      n < 3
        ? xml(
            '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>',
            400,
          )
        : xml('<UpdateAccessKeyResponse></UpdateAccessKeyResponse>'),
    )
    expect(await call(KEY)).toMatchObject({ output: {} })
    expect(server.calls).toHaveLength(3)
  })

  it('decodes policy documents, as the AWS CLI prints them', async () => {
    const document = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}')
    const { call } = await responder(() =>
      xml(
        `<GetRoleResponse><GetRoleResult><Role><RoleId>AROAEXAMPLE</RoleId><CreateDate>2026-11-01T10:00:00Z</CreateDate><AssumeRolePolicyDocument>${document}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`,
      ),
    )
    const answer = await call({ service: 'iam', operation: 'GetRole', input: { RoleName: 'web' } })
    expect(answer).toMatchObject({
      output: {
        Role: {
          RoleId: 'AROAEXAMPLE',
          CreateDate: '2026-11-01T10:00:00.000Z',
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
        },
      },
    })
  })

  it('calls a service in the Region that the call names', async () => {
    const { call } = await responder(() => json({ KeyMetadata: { KeyId: 'k' } }))
    await call({ service: 'kms', operation: 'DescribeKey', input: { KeyId: 'k' }, region: 'eu-west-1' })
    expect(server.calls[0]!.headers['authorization']).toContain('/eu-west-1/kms/')
  })

  it.each([
    ['iam', 'DeleteUser'],
    ['iam', 'constructor'],
    ['sts', 'AssumeRole'],
    ['__proto__', 'toString'],
  ])('never sends %s:%s, which is not on its list', async (service, operation) => {
    const { call } = await responder(() => json({}))
    expect(await call({ service, operation, input: {} })).toMatchObject({ error: 'UnknownOperation' })
    expect(server.calls).toHaveLength(0)
  })

  it('throws when no answer came: the outcome is open', async () => {
    const { call } = await responder(() => ({ body: '<x></x>', breakOff: true }))
    await expect(call(KEY)).rejects.toThrow()
  })

  it('answers AccessDenied of a JSON service too', async () => {
    const { call } = await responder(() => jsonError('AccessDeniedException', 'not you'))
    expect(await call({ service: 'kms', operation: 'DescribeKey', input: { KeyId: 'k' } })).toMatchObject({
      error: 'AccessDeniedException',
      message: 'not you',
    })
  })
})

describe('the calls of every containment action', () => {
  it.each(Object.keys(SAMPLES))('%s are on the list, and nothing that destroys is', async (name) => {
    const { snapshot, calls, undo, pins = [], done = [], fallbacks = [] } = sampleAction(name)
    const all = [
      ...snapshot,
      ...calls,
      ...undo,
      ...[...pins, ...done].map(({ call }) => call),
      ...fallbacks.flatMap((way) => [...way.calls, ...way.undo, ...way.done.map(({ call }) => call)]),
    ]
    for (const { service, operation } of all) {
      if (service === 'rolesanywhere') continue // no client of it is pinned: people run what is printed
      const operations = (await API_SERVICES[service]?.())?.operations
      expect(operations, `${service}:${operation}`).toHaveProperty(operation)
    }
  })

  it('hold no operation that destroys what cannot be made again', async () => {
    const loaded = await Promise.all(Object.values(API_SERVICES).map((load) => load()))
    const names = loaded.flatMap(({ operations }) => Object.keys(operations))
    expect(names.length).toBeGreaterThan(100)
    expect(
      names.filter((name) =>
        /^Delete(?:AccessKey|LoginProfile|User|Role|Trail|SAMLProvider|OpenIDConnectProvider|Bucket|Detector)$|^Terminate|^CreateAccessKey$|^CreateUser$|^CreateRole$/.test(
          name,
        ),
      ),
    ).toEqual([])
  })
})
