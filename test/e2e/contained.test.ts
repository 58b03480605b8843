import { existsSync, rmSync } from 'node:fs'
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_ENTRY } from '../../lib/ledger-chain.ts'
import type { LedgerEntry } from '../../lib/ports.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { event, findingOf } from '../containment/events.ts'
import { projectForEmulator, sls } from './deploy.ts'
import { ACCOUNT, eventually, ministackCommand, startEmulator } from './emulator.ts'

const command = ministackCommand()
const packaged = existsSync(new URL('../../.serverless/serverless-state.json', import.meta.url))
const why = command ? (packaged ? '' : 'nothing is packaged: npm run package') : 'MiniStack is not installed'
if (why) console.warn(`end-to-end test of containment skipped: ${why}`)

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
  ],
})

/** The emulator does not check signatures of function URLs: the function is invoked with the event that Lambda makes of a signed request. */
const signedRequest = (body: object) => ({
  requestContext: {
    requestId: 'e2e',
    http: { method: 'POST' },
    authorizer: {
      iam: {
        userArn: `arn:aws:iam::${ACCOUNT}:user/olga`,
        userId: 'AIDAOLGA',
        accessKey: 'AKIAOLGAEXAMPLE12345',
      },
    },
  },
  body: JSON.stringify(body),
})

interface Standing {
  readonly action: string
  readonly plan: string
  readonly state: string
  readonly title: string
}

describe.skipIf(why !== '')('a stack deployed with mode enforce', () => {
  /** What CloudTrail's own history holds. */
  const history: CloudTrailEvent[] = []
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let outputs: Record<string, string>
  let iam: IAMClient
  let lambda: LambdaClient
  let bus: EventBridgeClient

  beforeAll(async () => {
    emulator = await startEmulator(command!, (target) =>
      target.endsWith('.LookupEvents')
        ? { Events: history.map((one) => ({ EventId: one.eventID, CloudTrailEvent: JSON.stringify(one) })) }
        : undefined,
    )
    const client = { endpoint: emulator.endpoint }
    iam = new IAMClient(client)
    lambda = new LambdaClient(client)
    bus = new EventBridgeClient(client)
    await iam.send(new CreateRoleCommand({ RoleName: 'break-glass', AssumeRolePolicyDocument: TRUST }))
    const breakGlass = `arn:aws:iam::${ACCOUNT}:role/break-glass`
    const { project } = projectForEmulator({ Mode: 'enforce', Owner: 'security', BreakGlass: breakGlass })
    await sls(project, emulator.endpoint, 'deploy', '--package', 'package')
    const info = await sls(project, emulator.endpoint, 'info', '--verbose')
    outputs = Object.fromEntries(
      [...info.matchAll(/^ {2}(\w+): (\S+)$/gm)].map(([, name, value]) => [name!, value!]),
    )
    rmSync(project, { recursive: true })
  })
  afterAll(async () => emulator?.stop())

  /** A finding comes onto the bus; CloudTrail knows its event. */
  const find = async (userIdentity: object, eventID: string) => {
    const raw = event('ListBuckets', 's3', {
      eventID,
      userIdentity: userIdentity as never,
      awsRegion: 'us-east-1',
      userAgent: 'Boto3/1.34 Pacu/1.6',
      eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    })
    history.push(raw)
    // the function runs this rule on the event again, and takes level and playbook from it
    const Detail = JSON.stringify(
      findingOf(raw, 'compromised-access-key', { rule: 'api-attack-tool-used', level: 'low' }),
    )
    const entry = { Source: 'trailwarden', DetailType: 'Trailwarden Finding', Detail }
    await bus.send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName: outputs['FindingBus']! }] }))
  }

  const ask = async (body: object) => {
    const { Payload } = await lambda.send(
      new InvokeCommand({
        FunctionName: 'trailwarden-main-approve',
        Payload: JSON.stringify(signedRequest(body)),
      }),
    )
    const { statusCode, body: answer } = JSON.parse(Buffer.from(Payload!).toString())
    return { statusCode, answer: JSON.parse(answer) }
  }
  const standing = async (): Promise<readonly Standing[]> => (await ask({ status: true })).answer.actions

  const ledgerRows = async (): Promise<LedgerEntry[]> => {
    const dynamo = new DynamoDBClient({ endpoint: emulator.endpoint })
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}))
    const TableName = TableNames.find((name) => name.includes('LedgerTable'))
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName }))
    return Items.map(({ entry }) => JSON.parse(entry!.S!) as LedgerEntry).sort(
      (a, b) => a.sequence - b.sequence,
    )
  }

  const keyOf = async (UserName: string) => {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }))
    return AccessKeyMetadata[0]?.Status
  }

  it('contains a key and its user on its own, and has every call in the ledger', async () => {
    const { User } = await iam.send(new CreateUserCommand({ UserName: 'eve' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }))
    const identity = {
      type: 'IAMUser',
      principalId: User!.UserId,
      arn: User!.Arn,
      accountId: ACCOUNT,
      accessKeyId: AccessKey!.AccessKeyId,
      userName: 'eve',
    }
    await find(identity, '11111111-0000-4000-8000-00000000000a')
    await eventually('the key to be inactive', async () => (await keyOf('eve')) === 'Inactive' || undefined)
    await eventually('the deny-all', async () => {
      const { AttachedPolicies = [] } = await iam.send(
        new ListAttachedUserPoliciesCommand({ UserName: 'eve' }),
      )
      return AttachedPolicies.find(({ PolicyName }) => PolicyName === 'AWSDenyAll')
    })
    const rows = await ledgerRows()
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index))
    expect(rows.map(({ previous }) => previous)).toEqual([
      NO_ENTRY.hash,
      ...rows.slice(0, -1).map(({ hash }) => hash),
    ])
    const calls = rows
      .filter(({ kind }) => kind === 'calling')
      .map(({ data }) => data as { call: { operation: string } })
    expect(calls.map(({ call }) => call.operation).sort()).toEqual(['AttachUserPolicy', 'UpdateAccessKey'])
  })

  it('lets wait what writes a document, does it by the wide function when somebody approves, and puts it back', async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: TRUST }),
    )
    const identity = {
      type: 'AssumedRole',
      principalId: `${Role!.RoleId}:stolen`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/stolen`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: Role!.RoleId,
          arn: Role!.Arn,
          accountId: ACCOUNT,
          userName: 'app',
        },
        attributes: { creationDate: '2026-11-01T09:00:00Z', mfaAuthenticated: 'false' },
      },
    }
    await find(identity, '11111111-0000-4000-8000-00000000000b')
    const aboutApp = ({ title }: Standing) => title.includes('app')
    const waiting = await eventually('the plan to wait', async () => (await standing()).find(aboutApp))
    expect(waiting.state).toBe('PLANNED')
    const policies = async () =>
      (await iam.send(new ListRolePoliciesCommand({ RoleName: 'app' }))).PolicyNames ?? []
    expect(await policies()).toEqual([])
    expect(await ask({ approve: waiting.plan })).toMatchObject({ statusCode: 202 })
    await eventually('the policy', async () => (await policies())[0])
    const applied = await eventually('what was applied', async () =>
      (await standing()).find((one) => aboutApp(one) && one.state === 'APPLIED'),
    )
    expect(await ask({ release: applied.action, early: true })).toMatchObject({ statusCode: 202 })
    await eventually('the release', async () =>
      (await standing()).find(({ action, state }) => action === applied.action && state === 'RELEASED'),
    )
  })
})
