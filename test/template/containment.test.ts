import { beforeAll, describe, expect, it } from 'vitest'
import { isNarrow } from '../../lib/containment/narrow.ts'
import { decide, type PolicyDocument, type PolicyStatement } from '../../lib/iam-policy.ts'
import { SAMPLES, sampleAction } from '../containment/events.ts'
import { iamActions } from '../support/iam-actions.ts'
import { ofType, type Resource, targetOf, template, whyNot } from './packaged.ts'

const ACCOUNT = '111122223333'
const PROTECTED = 'arn:aws:iam::111122223333:role/break-glass'
const VALUES: Readonly<Record<string, unknown>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': 'us-east-1',
  'AWS::StackName': 'trailwarden-main',
  ProtectedArns: [PROTECTED, 'arn:aws:iam::111122223333:user/ceo'],
  FindingBus: 'trailwarden-main-findings',
}

/** What CloudFormation would make of a value. */
const resolved = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value)
  if (others.length > 0 || !/^(?:Ref|Fn::)/.test(name))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]))
  switch (name) {
    case 'Ref':
      return VALUES[argument as string] ?? `ref-${argument}`
    case 'Fn::Sub': {
      const [text, own] = Array.isArray(argument) ? argument : [argument, {}]
      const given = { ...VALUES, ...(resolved(own) as object) } as Record<string, unknown>
      return (text as string).replaceAll(/\$\{([^}]+)\}/g, (_all, key: string) => String(given[key] ?? key))
    }
    case 'Fn::Join': {
      const [by, parts] = argument as [string, unknown]
      return (resolved(parts) as string[]).join(by)
    }
    case 'Fn::Split': {
      const [by, text] = argument as [string, unknown]
      return (resolved(text) as string).split(by)
    }
    case 'Fn::GetAtt':
      return `arn:aws:x:us-east-1:${ACCOUNT}:${(argument as string[]).join('/')}`
  }
  throw new Error(`not resolved: ${name}`)
}

const policies = ofType('AWS::IAM::Policy')
const documentsOf = (role: string): readonly PolicyDocument[] => {
  const attached = policies
    .filter(([, { Properties }]) => Properties.Roles.some((one: { Ref: string }) => targetOf(one) === role))
    .map(([, { Properties }]) => Properties.PolicyDocument)
  const inline = (template.Resources[role] as Resource).Properties.Policies.map(
    ({ PolicyDocument }: { PolicyDocument: unknown }) => PolicyDocument,
  )
  return [...inline, ...attached].map((document) => resolved(document) as PolicyDocument)
}

const statementsOf = ({ Statement }: PolicyDocument) => [Statement].flat() as readonly PolicyStatement[]

/** The policies with every Allow stretched to all resources: what is denied even then is denied everywhere. */
const stretched = (documents: readonly PolicyDocument[]): readonly PolicyDocument[] =>
  documents.map((document) => ({
    Statement: statementsOf(document).map((one) =>
      one.Effect === 'Allow' ? { ...one, Resource: '*' } : one,
    ),
  }))

const may = (role: string, action: string, resource: string, context: Record<string, string> = {}) =>
  decide({ identity: documentsOf(role) }, { action, resource, context }) === 'allowed'

/** Permissions that are called otherwise than their operation. */
const SPELLED: Readonly<Record<string, string>> = {
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
}

/** These reach a whole account or need another account's credentials: no deployed role may, people do them. `block-public-access` is that of an account. */
const NOT_DEPLOYED = [
  'block-public-access',
  'disable-outbound-federation',
  'disable-roles-anywhere',
  'quarantine-account',
  'quarantine-principal',
  'quarantine-workforce-user',
  'reject-delegation',
]

const USER = `arn:aws:iam::${ACCOUNT}:user/eve`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll'

let actions: readonly string[]
beforeAll(async () => {
  actions = await iamActions()
})

describe.skipIf(whyNot !== '')('what the roles of containment may do', () => {
  it('is nothing of it in mode observe: the policies that act are not there', () => {
    expect(policies.map(([name]) => name).sort()).toEqual([
      'ContainHandOverPolicy',
      'ContainNarrowPolicy',
      'ContainReadPolicy',
      'ContainWidePolicy',
    ])
    for (const [, policy] of policies) expect(policy.Condition).toBe('MayAct')
  })

  it('of the one that acts on its own is this, over every action there is, when no condition is met', () => {
    const documents = stretched(documentsOf('ContainRole'))
    const allowed = actions.filter(
      (action) => decide({ identity: documents }, { action, resource: '*' }) === 'allowed',
    )
    const changing = allowed.filter(
      (action) => !/^[a-z0-9-]+:(?:Get|List|Describe|Lookup|Receive|Query)/.test(action),
    )
    expect(changing.sort()).toEqual([
      'cloudtrail:PutEventSelectors',
      'cloudtrail:PutInsightSelectors',
      'cloudtrail:StartLogging',
      'cloudtrail:UpdateTrail',
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'ec2:RevokeSecurityGroupIngress',
      'events:EnableRule',
      'events:PutEvents',
      'events:PutRule',
      'events:PutTargets',
      'iam:UpdateAccessKey',
      'kms:CancelKeyDeletion',
      'kms:Decrypt',
      'kms:EnableKey',
      'kms:GenerateDataKey',
      'lambda:DeleteFunctionConcurrency',
      'lambda:InvokeFunction',
      'lambda:PutFunctionConcurrency',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:PutObject',
      'sns:Publish',
      'sqs:DeleteMessage',
    ])
  })

  it('attaches and bounds with AWSDenyAll, and with no other policy', () => {
    const hostile = [
      'arn:aws:iam::aws:policy/AdministratorAccess',
      `arn:aws:iam::${ACCOUNT}:policy/AWSDenyAll`,
      'arn:aws:iam::aws:policy/AWSDenyAllX',
      '*',
    ]
    for (const action of ['iam:AttachUserPolicy', 'iam:DetachUserPolicy']) {
      expect(may('ContainRole', action, USER, { 'iam:PolicyARN': DENY_ALL })).toBe(true)
      for (const arn of hostile)
        expect(may('ContainRole', action, USER, { 'iam:PolicyARN': arn })).toBe(false)
    }
    for (const action of ['iam:PutUserPermissionsBoundary', 'iam:DeleteUserPermissionsBoundary']) {
      expect(may('ContainRole', action, USER, { 'iam:PermissionsBoundary': DENY_ALL })).toBe(true)
      for (const arn of hostile)
        expect(may('ContainRole', action, USER, { 'iam:PermissionsBoundary': arn })).toBe(false)
    }
    expect(may('ContainWideRole', 'iam:AttachRolePolicy', ROLE, { 'iam:PolicyARN': DENY_ALL })).toBe(true)
    expect(may('ContainWideRole', 'iam:AttachRolePolicy', ROLE, { 'iam:PolicyARN': hostile[0]! })).toBe(false)
    expect(may('ContainWideRole', 'iam:AttachUserPolicy', USER, { 'iam:PolicyARN': hostile[0]! })).toBe(false)
  })

  it.each(['ContainRole', 'ContainWideRole', 'WatchContainmentRole'])(
    '%s touches neither itself, nor who is protected, nor the ways back in',
    (role) => {
      const never = [
        PROTECTED,
        `arn:aws:iam::${ACCOUNT}:role/trailwarden-main-${role}-ABC123`,
        `arn:aws:iam::${ACCOUNT}:role/trailwarden-main-ApproveRole-ABC123`,
        `arn:aws:iam::${ACCOUNT}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
        `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b2c3d4e5f6071`,
        `arn:aws:iam::${ACCOUNT}:role/OrganizationAccountAccessRole`,
      ]
      const context = { 'iam:PolicyARN': DENY_ALL, 'iam:PermissionsBoundary': DENY_ALL }
      for (const resource of never)
        for (const action of actions.filter((one) => one.startsWith('iam:')))
          expect(may(role, action, resource, context), `${action} on ${resource}`).toBe(false)
      expect(
        may(role, 'iam:UpdateAccessKey', `arn:aws:iam::${ACCOUNT}:user/ceo`, context),
        'a protected user',
      ).toBe(false)
    },
  )

  it('never makes credentials, users or roles, never deletes them, passes no role and assumes none', () => {
    const never =
      /^(?:iam:(?:Create|Delete(?!UserPolicy$|RolePolicy$|UserPermissionsBoundary$|RolePermissionsBoundary$)|Upload|Add|PassRole|SetDefault|UpdateLoginProfile|Enable)|sts:Assume|cloudtrail:(?:StopLogging|DeleteTrail)|ec2:Terminate|kms:(?:ScheduleKeyDeletion|PutKeyPolicy|DisableKey)|lambda:UpdateFunctionCode|dynamodb:(?:UpdateItem|DeleteItem|BatchWriteItem|DeleteTable))/
    const context = { 'iam:PolicyARN': DENY_ALL, 'iam:PermissionsBoundary': DENY_ALL }
    for (const role of ['ContainRole', 'ContainWideRole', 'WatchContainmentRole', 'ApproveRole']) {
      const documents = stretched(documentsOf(role))
      const allowed = actions.filter(
        (action) => decide({ identity: documents }, { action, resource: '*', context }) === 'allowed',
      )
      expect(allowed.filter((action) => never.test(action))).toEqual([])
    }
  })

  it('lets approve write the ledger and ask, and change nothing', () => {
    const documents = stretched(documentsOf('ApproveRole'))
    const changing = actions.filter(
      (action) =>
        !/:(?:Get|List|Describe|Lookup|Query)/.test(action) &&
        decide({ identity: documents }, { action, resource: '*' }) === 'allowed',
    )
    expect(changing.sort()).toEqual([
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ])
  })

  it('is enough to look at everything that a plan looks at', () => {
    const reads = Object.keys(SAMPLES)
      .flatMap((name) => sampleAction(name).permissions)
      .filter(
        (action) =>
          /:(?:Get|List|Describe)/.test(action) && !/^(?:organizations|rolesanywhere):/.test(action),
      )
    const documents = stretched(documentsOf('ContainRole'))
    const missing = [...new Set(reads)].filter(
      (action) => decide({ identity: documents }, { action, resource: '*' }) !== 'allowed',
    )
    expect(missing).toEqual([])
  })

  it('lets the narrow role change our own trail and no other; the rest is for the wide one', () => {
    const ours = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/trailwarden-main`
    const other = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/organization`
    for (const name of ['PutEventSelectors', 'PutInsightSelectors', 'UpdateTrail']) {
      expect(may('ContainRole', `cloudtrail:${name}`, ours)).toBe(true)
      expect(may('ContainRole', `cloudtrail:${name}`, other)).toBe(false)
      expect(may('ContainWideRole', `cloudtrail:${name}`, other)).toBe(true)
    }
  })

  it('hands over to the wide role exactly what the narrow one may not do', () => {
    const context = { 'iam:PolicyARN': DENY_ALL, 'iam:PermissionsBoundary': DENY_ALL }
    const allows = (role: string, calls: ReturnType<typeof sampleAction>['calls']) =>
      calls.every(({ service, operation }) => {
        const action = `${service}:${SPELLED[operation] ?? operation}`
        return (
          decide({ identity: stretched(documentsOf(role)) }, { action, resource: '*', context }) === 'allowed'
        )
      })
    const nobody: string[] = []
    for (const name of Object.keys(SAMPLES)) {
      const action = sampleAction(name)
      const own = { trailArn: action.target.arn ?? '', automatic: [] }
      if (isNarrow(action, own)) expect(allows('ContainRole', action.calls), name).toBe(true)
      else if (!allows('ContainWideRole', action.calls)) nobody.push(action.type)
    }
    expect([...new Set(nobody)].sort()).toEqual(NOT_DEPLOYED)
  })

  it('lets whoever takes snapshots write them, and change nothing', () => {
    const changing = actions.filter(
      (action) =>
        !/:(?:Get|List|Describe)/.test(action) &&
        decide(
          { identity: stretched(documentsOf('SnapshotConfigurationRole')) },
          { action, resource: '*' },
        ) === 'allowed',
    )
    expect(changing.sort()).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:PutObject',
      'sqs:SendMessage',
    ])
    const [statement] = statementsOf(
      resolved(template.Resources['LakeBucketPolicy']!.Properties.PolicyDocument) as PolicyDocument,
    ).filter(({ Sid }) => Sid === 'OnlyOurSnapshots')
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Condition: {
        ArnNotEquals: { 'aws:PrincipalArn': expect.stringContaining('SnapshotConfigurationRole') },
      },
    })
  })

  it('is enough for what goes on its own, without putting it back', () => {
    const documents = stretched(documentsOf('ContainRole'))
    const context = { 'iam:PolicyARN': DENY_ALL, 'iam:PermissionsBoundary': DENY_ALL }
    for (const name of Object.keys(SAMPLES)) {
      const { tier, calls } = sampleAction(name)
      if (tier > 1) continue
      for (const { service, operation } of calls) {
        const action = `${service}:${operation}`
        expect(
          decide({ identity: documents }, { action, resource: '*', context }),
          `${name}: ${action}`,
        ).toBe('allowed')
      }
    }
  })
})
