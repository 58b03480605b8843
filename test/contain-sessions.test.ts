import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { descendantsOf, startsOf } from '../lib/contain-sessions.ts'
import { approvePlan } from '../lib/containment/approve.ts'
import { recordPlan } from '../lib/containment/contain.ts'
import { mintedSession } from '../lib/containment/minted.ts'
import { planContainment } from '../lib/containment/plan.ts'
import { parsePlaybook } from '../lib/containment/playbook.ts'
import { noPublicKeys } from '../lib/integrity/public-keys.ts'
import type { CloudTrailEvent } from '../lib/trail/event.ts'
import { event, findingOf, KEY, proposing, USER } from './containment/events.ts'
import { scene } from './support/contained.ts'
import { memoryLogStore } from './support/signed-trail.ts'

const NOW = '2026-11-01T10:00:10.000Z'
const FILE = 'playbooks/session-minted.yml'
const MINTED = parsePlaybook(readFileSync(FILE, 'utf8'), FILE)

let ids = 0
interface Mint {
  readonly by: NonNullable<CloudTrailEvent['userIdentity']>
  readonly role: string
  readonly account?: string
  readonly session: string
  readonly key: string
  readonly expires?: string
  readonly recipient?: string
}

const mint = ({
  by,
  role,
  account = '111122223333',
  session,
  key,
  expires,
  recipient,
}: Mint): CloudTrailEvent =>
  event('AssumeRole', 'sts', {
    eventID: `a5500000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    eventTime: '2026-11-01T09:50:00Z',
    recipientAccountId: recipient ?? '111122223333',
    userIdentity: by,
    requestParameters: { roleArn: `arn:aws:iam::${account}:role/ops/${role}`, roleSessionName: session },
    responseElements: {
      credentials: { accessKeyId: key, expiration: expires ?? 'Nov 1, 2026, 10:50:00 AM' },
      assumedRoleUser: {
        assumedRoleId: `AROAEXAMPLE${role.toUpperCase()}0000:${session}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      },
    },
  })

const session = (role: string, name: string, accessKeyId: string) => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE${role.toUpperCase()}0000:${name}`,
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/${name}`,
  accountId: '111122223333',
  accessKeyId,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: `AROAEXAMPLE${role.toUpperCase()}0000`,
      arn: `arn:aws:iam::111122223333:role/ops/${role}`,
      accountId: '111122223333',
      userName: role,
    },
  },
})

const OTHER = {
  ...USER,
  principalId: 'AIDAOTHERUSER00EXAMPLE',
  accessKeyId: 'AKIAOTHERKEY00EXAMPL',
  arn: 'arn:aws:iam::111122223333:user/olga',
  userName: 'olga',
}

const FIRST = mint({ by: USER, role: 'backup', session: 'cli', key: 'ASIAEXAMPLEBACKUP001' })
const SECOND = mint({
  by: session('backup', 'cli', 'ASIAEXAMPLEBACKUP001'),
  role: 'deploy',
  session: 'hop',
  key: 'ASIAEXAMPLEDEPLOY001',
})
const ABROAD = mint({
  by: session('deploy', 'hop', 'ASIAEXAMPLEDEPLOY001'),
  role: 'vault',
  account: '444455556666',
  session: 'far',
  key: 'ASIAEXAMPLEVAULT0001',
})
const DEAD = mint({
  by: USER,
  role: 'old',
  session: 'gone',
  key: 'ASIAEXAMPLEOLD000001',
  expires: 'Nov 1, 2026, 9:55:00 AM',
})
const HARMLESS = mint({ by: OTHER, role: 'backup', session: 'olga', key: 'ASIAEXAMPLEOLGA00001' })

const world = (...events: readonly CloudTrailEvent[]) => ({
  logs: memoryLogStore(
    new Map([
      [
        'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/111122223333_CloudTrail_us-east-1_20261101T1000Z_abcdefghijklmnop.json.gz',
        { bytes: gzipSync(JSON.stringify({ Records: events })), metadata: {} },
      ],
    ]),
  ),
  layout: 'bucket' as const,
  publicKeys: noPublicKeys(),
  clock: { now: () => NOW },
})

const ALL = [FIRST, SECOND, ABROAD, DEAD, HARMLESS]

const planned = async (protectedPrincipals: readonly string[] = []) => {
  const findings = [findingOf(event('ListBuckets', 's3'), 'test')]
  const playbooks = [proposing('deactivate-access-key', 'deny-user'), MINTED]
  const first = planContainment({ findings, playbooks, now: NOW })
  const { minted, ids } = await descendantsOf(world(...ALL), startsOf(first), NOW)
  const all = [...findings, ...minted]
  return {
    minted,
    ids,
    findings: all,
    plan: planContainment({ findings: all, playbooks, now: NOW, protectedPrincipals }),
  }
}

describe('the sessions that a contained principal has made', () => {
  it('are found over several hops, the live ones alone, and nobody else’s', async () => {
    const { minted } = await planned()
    expect(minted.map(({ event }) => event.eventID).toSorted()).toEqual(
      [FIRST, SECOND, ABROAD].map(({ eventID }) => eventID).toSorted(),
    )
  })

  it('are denied one by one after their source, in the order in which they were made', async () => {
    const { plan } = await planned()
    expect(plan.actions.map(({ type, target }) => [type, target.id])).toEqual([
      ['deactivate-access-key', KEY],
      ['deny-user', USER.principalId],
      ['deny-role-session', 'AROAEXAMPLEBACKUP0000:cli'],
      ['deny-role-session', 'AROAEXAMPLEDEPLOY0000:hop'],
    ])
    expect(JSON.stringify(plan.actions[2]!.calls)).toContain('"RoleName":"backup"')
  })

  it('are refused where the role is in another account, with the account', async () => {
    const { plan } = await planned()
    expect(plan.refused).toContainEqual(
      expect.objectContaining({
        target: 'AROAEXAMPLEVAULT0000:far',
        reason: 'the role is in account 444455556666: deny the session there, with a role of that account',
      }),
    )
  })

  it('are left alone where the owner protects the role', async () => {
    const { plan } = await planned(['arn:aws:iam::*:role/ops/deploy'])
    expect(plan.actions.map(({ target }) => target.id)).not.toContain('AROAEXAMPLEDEPLOY0000:hop')
    expect(plan.refused.map(({ reason }) => reason).join()).toContain('protected by the owner')
  })
})

describe('who approves', () => {
  const approving = async (accessKeyId: string, arn: string, userId: string) => {
    const { plan, findings, ids } = await planned()
    const world = scene().worker({ mode: 'approve' })
    const recorded = await recordPlan(plan, findings, world)
    return approvePlan(world, recorded.plan.hash, { arn, userId, accessKeyId }, ids)
  }

  it('is nobody who works with credentials that the contained one made, however many hops away', async () => {
    const sts = 'arn:aws:sts::444455556666:assumed-role/vault/far'
    expect(await approving('ASIAEXAMPLEVAULT0001', sts, 'AROAEXAMPLEVAULT0000:far')).toMatch(
      /credentials that/,
    )
  })

  it('may be somebody else in a role that the contained one has used', async () => {
    const sts = 'arn:aws:sts::444455556666:assumed-role/vault/dana'
    expect(await approving('ASIAEXAMPLEDANA00001', sts, 'AROAEXAMPLEVAULT0000:dana')).toBeUndefined()
  })
})

describe('a session that an event hands out', () => {
  const elements = FIRST.responseElements as Record<string, object>
  it.each([
    ['a denied call', { errorCode: 'AccessDenied', responseElements: null }, /the call failed/],
    [
      'an ARN of another session than the id',
      {
        responseElements: {
          ...elements,
          assumedRoleUser: {
            assumedRoleId: 'AROAEXAMPLEBACKUP0000:other',
            arn: 'arn:aws:sts::111122223333:assumed-role/backup/cli',
          },
        },
      },
      /expected the ARN and the id of one role session/,
    ],
    [
      'a request for another role',
      { requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/admin' } },
      /does not name the role/,
    ],
    [
      'a service-linked role',
      {
        requestParameters: {
          roleArn: 'arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/backup',
        },
      },
      /service-linked/,
    ],
  ] as const)('is nobody’s in %s', (_what, fields, reason) => {
    expect(mintedSession({ ...FIRST, ...fields } as CloudTrailEvent, [])).toMatchObject({
      reason: expect.stringMatching(reason),
    })
  })

  it('is none of another call', () => {
    expect(mintedSession(event('ListBuckets', 's3'), [])).toBeUndefined()
  })
})
