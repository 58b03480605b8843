import { describe, expect, it } from 'vitest'
import { ofType, targetOf, whyNot } from './packaged.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
}

const roles = ofType('AWS::IAM::Role')
const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value])
const statements = roles.flatMap(([role, { Properties }]) =>
  Properties.Policies.flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) =>
    PolicyDocument.Statement.map((statement) => ({ role, ...statement })),
  ),
) as (Statement & { role: string })[]
const actions = statements.flatMap(({ role, Action }) => listOf(Action).map((action) => ({ role, action })))

/** Actions for which AWS knows no resource, and why we need them. */
const WITHOUT_RESOURCE = {
  'cloudtrail:ListTrails': 'a snapshot holds every trail there is',
  'events:ListRules': 'our own rules are found by the beginning of their names',
  'lambda:ListFunctions': 'so are our own functions',
  'cloudtrail:LookupEvents': "the event history has no ARN; who made an approver's session is found there",
  'cloudtrail:ListPublicKeys': 'public keys have no ARN; digests cannot be verified without them',
}

/** All that functions may change: their own queues, bus, topic, log streams, lake, catalog and queries. */
const CHANGES = [
  'athena:StartQueryExecution',
  'athena:StopQueryExecution',
  'dynamodb:ConditionCheckItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'events:PutEvents',
  'glue:BatchCreatePartition',
  'glue:BatchDeletePartition',
  'glue:CreatePartition',
  'glue:UpdatePartition',
  'glue:UpdateTable',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'lambda:InvokeFunction',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:PutObject',
  'sns:Publish',
  'sqs:DeleteMessage',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
]

describe.skipIf(whyNot !== '')('permissions as packaged', () => {
  it('has one role for each function', () => {
    const used = ofType('AWS::Lambda::Function').map(([, { Properties }]) => targetOf(Properties.Role))
    expect(new Set(used).size).toBe(used.length)
    expect(roles.map(([id]) => id).sort()).toEqual(used.sort())
  })

  it('lets nobody but Lambda take a role, and attaches no managed policy', () => {
    for (const [, { Properties }] of roles) {
      expect(Properties.ManagedPolicyArns).toBeUndefined()
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ])
    }
  })

  it('names actions one by one', () => {
    expect(actions.filter(({ action }) => action.includes('*'))).toEqual([])
  })

  it('names a resource wherever AWS knows one', () => {
    const wide = statements.filter(({ Resource }) => listOf(Resource).includes('*'))
    expect(new Set(wide.flatMap(({ Action }) => listOf(Action)))).toEqual(
      new Set(Object.keys(WITHOUT_RESOURCE)),
    )
  })

  it('observes: nothing in the account may be changed but what is our own', () => {
    const reads = /^[a-z0-9]+:(Get|List|Describe|Head|BatchGet|Lookup)/
    const changing = new Set(actions.map(({ action }) => action).filter((action) => !reads.test(action)))
    expect([...changing].sort()).toEqual(CHANGES)
  })

  it('writes to no log bucket', () => {
    const writes = statements.filter(({ Action }) => listOf(Action).includes('s3:PutObject'))
    for (const { Resource } of writes) {
      for (const resource of listOf(Resource)) {
        expect(JSON.stringify(resource)).toMatch(
          /^\{"Fn::Sub":"\$\{LakeBucket.Arn\}\/(baseline|chains|compaction|findings|partitions|plans|query-(results|runs|state)|snapshots|\$\{(Events|Insights|NetworkEvents|AggregatedEvents)Table\})\/\*"\}$/,
        )
      }
    }
  })

  it('takes away generations of the compacted tables, and nothing else', () => {
    const deletes = statements.filter(({ Action }) => listOf(Action).includes('s3:DeleteObject'))
    expect(deletes.map(({ role }) => role)).toEqual(['CompactDayRole'])
    expect(JSON.stringify(deletes.map(({ Resource }) => Resource))).toMatch(
      /^\[\[(\{"Fn::Sub":"\$\{LakeBucket.Arn\}\/\$\{\w+Table\}\/\*"\},?)+\]\]$/,
    )
  })

  it('changes views, and no table', () => {
    const updates = statements.filter(({ Action }) => listOf(Action).includes('glue:UpdateTable'))
    const tables = updates.flatMap(({ Resource }) =>
      listOf(Resource as object[]).map((one) => /:table\/.*\$\{(\w+)\}"/.exec(JSON.stringify(one))?.[1]),
    )
    expect(tables.filter(Boolean).every((table) => table!.endsWith('View'))).toBe(true)
    expect(tables.filter(Boolean)).toHaveLength(4)
  })

  it('lets containment read and write its plans and findings, read snapshots, and nothing else in S3', () => {
    const s3 = statements.filter(
      ({ role, Action }) => role === 'ContainRole' && listOf(Action).some((one) => one.startsWith('s3:')),
    )
    expect(s3.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': ['LakeBucket', 'Arn'] },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
      { 'Fn::Sub': '${LakeBucket.Arn}/findings/*' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
      { 'Fn::Sub': '${LakeBucket.Arn}/plans/*' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
      { 'Fn::Sub': '${LakeBucket.Arn}/snapshots/*' },
    ])
  })

  it('let a query on demand do what the workgroup needs, and tell and remember nothing', () => {
    const own = actions.filter(({ role }) => role === 'QueryRole').map(({ action }) => action)
    expect(own.filter((action) => /^(events|sns|dynamodb|lambda|iam|cloudtrail):/.test(action))).toEqual([])
    const writes = statements.filter(
      ({ role, Action }) => role === 'QueryRole' && listOf(Action).includes('s3:PutObject'),
    )
    expect(writes.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
      '{"Fn::Sub":"${LakeBucket.Arn}/query-results/*"}',
    ])
    const athena = statements.filter(({ Action }) => listOf(Action).some((one) => one.startsWith('athena:')))
    expect(athena.map(({ role }) => role).sort()).toEqual([
      'FinishQueryRole',
      'QueryRole',
      'RunQueryPackRole',
    ])
    for (const { Resource } of athena)
      expect(JSON.stringify(Resource)).toMatch(/:workgroup\/\$\{WorkGroup\}"\}$/)
  })
})
