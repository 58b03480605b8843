import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { expect } from 'vitest'
import type { ApiCall, Json } from '../../lib/action.ts'
import { API_SERVICES } from '../../lib/aws/api/services.ts'
import { awsResponder } from '../../lib/aws/responder.ts'
import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { releaseAction } from '../../lib/containment/release.ts'
import { type ContainWorld, DEFAULTS } from '../../lib/containment/world.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { event, findingOf, planFor } from '../containment/events.ts'
import { memoryLedger } from './memory-ledger.ts'

const ACCOUNT = '111122223333'
const ALLOW = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }],
})
const APPROVER = { arn: `arn:aws:iam::${ACCOUNT}:user/olga`, userId: 'AIDAOLGA' }
const clock = { now: () => new Date().toISOString() }

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** An account that an emulator plays and holds against IAM: people in it, and containment by our own responder and engine. */
export const enforcedAccount = (endpoint: string, credentials: Credentials) => {
  const elsewhere = (who: Credentials) => ({
    endpoint,
    region: 'us-east-1',
    credentials: who,
    maxAttempts: 1,
  })
  const iam = new IAMClient(elsewhere(credentials))
  const sts = new STSClient(elsewhere(credentials))
  const responderOf = (who: Credentials) =>
    awsResponder({ services: API_SERVICES, region: 'us-east-1', endpoint, credentials: who })
  const responder = responderOf(credentials)

  /** Can whoever holds these credentials call anything? `true`, or the code of the error. */
  const mayCall = (credentials: Credentials) =>
    new IAMClient(elsewhere(credentials)).send(new ListUsersCommand({})).then(
      () => true,
      (error: Error) => error.name,
    )

  const user = async (name: string) => {
    const { User } = await iam.send(new CreateUserCommand({ UserName: name, Path: '/staff/' }))
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'all', PolicyDocument: ALLOW }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
    return { id: User!.UserId!, arn: User!.Arn!, name, key }
  }

  const identityOf = ({ id, arn, name, key }: Awaited<ReturnType<typeof user>>) => ({
    type: 'IAMUser',
    principalId: id,
    arn,
    accountId: ACCOUNT,
    accessKeyId: key.accessKeyId,
    userName: name,
  })

  const worldOf = (): ContainWorld => ({
    responder,
    ledger: openLedger(memoryLedger().ledger, clock),
    clock,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    settings: { ...DEFAULTS, mode: 'approve', owner: 'security@example.com', worker: 'test' },
  })

  /** Plans on the state of the account, approves, applies. */
  const contained = async (
    world: ContainWorld,
    userIdentity: object,
    type: string | { type: string; of: string },
    fields: Partial<CloudTrailEvent> & { readonly eventName?: string } = {},
  ) => {
    const raw = event('ListBuckets', 's3', {
      userIdentity: userIdentity as never,
      awsRegion: 'us-east-1',
      ...fields,
    })
    const { plan, known } = await recordPlan(
      planFor(raw, [type], { now: clock.now() }),
      [findingOf(raw, 'test')],
      world,
    )
    expect([plan.refused, known]).toEqual([[], []])
    expect(await approvePlan(world, plan.hash, APPROVER)).toBeUndefined()
    const { outcomes } = await applyPlan(world, plan.hash)
    expect(outcomes.map(({ state, reason }) => [state, reason])).toEqual([['APPLIED', undefined]])
    return outcomes[0]!.action
  }

  const released = (world: ContainWorld, action: string) =>
    releaseAction(world, action, { by: APPROVER.arn, activateKeys: true, early: true })

  /** Everything IAM says of a principal that containment may change. */
  const stateOf = async (calls: readonly [string, ApiCall['input']][]): Promise<Json[]> => {
    const answers = await Promise.all(
      calls.map(([operation, input]) => responder.call({ service: 'iam', operation, input })),
    )
    const state = answers.map((answer) => ('error' in answer ? answer.error : answer.output))
    // being used is no change
    return JSON.parse(JSON.stringify(state, (name, value) => (/LastUsed/.test(name) ? undefined : value)))
  }
  const stateOfUser = (UserName: string) =>
    stateOf([
      ['GetUser', { UserName }],
      ['ListAccessKeys', { UserName }],
      ['ListAttachedUserPolicies', { UserName }],
      ['ListUserPolicies', { UserName }],
    ])
  const stateOfRole = (RoleName: string) =>
    stateOf([
      ['GetRole', { RoleName }],
      ['ListAttachedRolePolicies', { RoleName }],
      ['ListRolePolicies', { RoleName }],
    ])

  const session = async (RoleName: string, RoleSessionName: string): Promise<Credentials> => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }))
    return {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    }
  }

  const role = async (RoleName: string) => {
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: ALLOW }))
    return (name: string, { accessKeyId }: Credentials) => ({
      type: 'AssumedRole',
      principalId: `${Role!.RoleId}:${name}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${RoleName}/${name}`,
      accountId: ACCOUNT,
      accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: Role!.RoleId,
          arn: Role!.Arn,
          accountId: ACCOUNT,
          userName: RoleName,
        },
        attributes: { creationDate: clock.now(), mfaAuthenticated: 'false' },
      },
    })
  }

  return {
    iam,
    mayCall,
    user,
    identityOf,
    role,
    session,
    worldOf,
    contained,
    released,
    responderOf,
    stateOfUser,
    stateOfRole,
  }
}
