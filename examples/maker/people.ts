import {
  ACCOUNT,
  AGENTS,
  EXPORTS,
  MARIA,
  OFFICE,
  type Region,
  SSO_ADMIN,
  SSO_DEVELOPER,
  THINGS,
  TOMAS,
} from './company.ts'
import { type Call, clock, type Event, event, idOf, iso, session } from './event.ts'
import { type Random, uuidOf } from './random.ts'

export interface Person {
  readonly name: string
  readonly role: string
  readonly ip: string
  readonly agent: string
  readonly accessKeyId: string
  /** When the console session began, epoch seconds. */
  readonly since: number
  readonly region: Region
}

/** Two people at work. Both sign in through IAM Identity Center with a second factor, which AWS records there. */
export const PEOPLE: readonly Person[] = [
  {
    name: MARIA,
    role: SSO_ADMIN,
    ip: OFFICE.maria,
    agent: AGENTS.maria,
    accessKeyId: 'ASIAEXAMPLEMARIA0001',
    since: clock('07:41:12'),
    region: 'us-east-1',
  },
  {
    name: TOMAS,
    role: SSO_DEVELOPER,
    ip: OFFICE.tomas,
    agent: AGENTS.tomas,
    accessKeyId: 'ASIAEXAMPLETOMAS0001',
    since: clock('08:10:33'),
    region: 'eu-west-1',
  },
]

/** The person's role session in the console. */
export const consoleSession = (person: Person): Event =>
  session({
    role: person.role,
    path: `/aws-reserved/sso.amazonaws.com/${person.region === 'us-east-1' ? '' : `${person.region}/`}`,
    name: person.name,
    accessKeyId: person.accessKeyId,
    since: person.since,
  })

/** A call from the person's console session. */
export const consoleCall = (
  random: Random,
  person: Person,
  call: Omit<Call, 'who' | 'ip' | 'agent' | 'region'>,
): Event =>
  event(random, {
    ...call,
    who: consoleSession(person),
    ip: person.ip,
    agent: person.agent,
    region: call.source === 'iam' ? 'us-east-1' : person.region,
    also: { sessionCredentialFromConsole: 'true', ...call.also },
  })

/** Sign-in through Identity Center: password, second factor, role, console. */
export const signIn = (random: Random, person: Person): Event[] => {
  const start = person.since - 30
  const who = {
    type: 'IdentityCenterUser',
    accountId: ACCOUNT,
    onBehalfOf: {
      userId: uuidOf(person.name),
      identityStoreArn: `arn:aws:identitystore::${ACCOUNT}:identitystore/d-0a1b2c3d4e`,
    },
    credentialId: uuidOf(`${person.name}/credential`),
  }
  const base = {
    who,
    region: 'us-east-1' as const,
    ip: person.ip,
    agent: person.agent,
    source: 'signin',
    type: 'AwsServiceEvent',
  }
  const step = (after: number, name: string, outcome: Event, extra: Event) =>
    event(random, { ...base, at: start + after, name, extra, also: { serviceEventDetails: outcome } })
  const flow = { AuthWorkflowID: uuidOf(`${person.name}/flow`) }
  const verified = { CredentialVerification: 'Success' }
  return [
    step(
      0,
      'CredentialChallenge',
      { CredentialChallenge: 'Success' },
      { ...flow, CredentialType: 'PASSWORD' },
    ),
    ...(person.name === TOMAS
      ? [
          step(
            4,
            'CredentialVerification',
            { CredentialVerification: 'Failure' },
            { ...flow, CredentialType: 'PASSWORD' },
          ),
        ]
      : []),
    step(9, 'CredentialVerification', verified, { ...flow, CredentialType: 'PASSWORD' }),
    step(18, 'CredentialVerification', verified, { ...flow, CredentialType: 'TOTP' }),
    step(
      19,
      'UserAuthentication',
      { UserAuthentication: 'Success' },
      { ...flow, LoginTo: 'https://example.awsapps.com/start', CredentialType: 'PASSWORD,TOTP' },
    ),
    federate(random, person, start + 26),
    consoleLogin(random, person),
  ]
}

const federate = (random: Random, person: Person, at: number): Event => {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${person.role}`
  const principalArn = `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_0c9d8e7f6a5b4c3d_DO_NOT_DELETE`
  return event(random, {
    who: {
      type: 'SAMLUser',
      principalId: `${uuidOf('provider')}:${person.name}`,
      userName: person.name,
      identityProvider: uuidOf('provider'),
    },
    at,
    source: 'sts',
    name: 'AssumeRoleWithSAML',
    region: 'us-east-1',
    ip: person.ip,
    agent: 'aws-internal/3 aws-sdk-java/1.12.770 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.12',
    params: {
      sAMLAssertionID: `_${uuidOf(`${person.name}/assertion`)}`,
      roleSessionName: person.name,
      roleArn,
      principalArn,
      durationSeconds: 28800,
    },
    response: {
      credentials: { accessKeyId: person.accessKeyId, sessionToken: 'HIDDEN', expiration: iso(at + 28800) },
      assumedRoleUser: {
        assumedRoleId: `${idOf('AROA', person.role)}:${person.name}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${person.role}/${person.name}`,
      },
      subject: person.name,
      subjectType: 'persistent',
      issuer: 'https://portal.sso.us-east-1.amazonaws.com/saml/assertion/example',
      audience: 'https://signin.aws.amazon.com/saml',
    },
    resources: [
      { accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: roleArn },
      { accountId: ACCOUNT, type: 'AWS::IAM::SAMLProvider', ARN: principalArn },
    ],
  })
}

const consoleLogin = (random: Random, person: Person): Event => {
  const { accessKeyId: _none, ...who } = consoleSession(person)
  return event(random, {
    who,
    at: person.since,
    source: 'signin',
    name: 'ConsoleLogin',
    region: person.region,
    ip: person.ip,
    agent: person.agent,
    response: { ConsoleLogin: 'Success' },
    extra: {
      MobileVersion: 'No',
      MFAUsed: 'No',
      SamlProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_0c9d8e7f6a5b4c3d_DO_NOT_DELETE`,
    },
    type: 'AwsConsoleSignIn',
  })
}

type Page = readonly (readonly [source: string, name: string, params?: unknown])[]

/** What a click in the console sets off: a handful of reads. */
const PAGES: readonly Page[] = [
  [
    ['ec2', 'DescribeInstances', { maxResults: 50, instancesSet: {}, filterSet: {} }],
    ['ec2', 'DescribeInstanceStatus', { instancesSet: {}, filterSet: {}, includeAllInstances: true }],
    [
      'ec2',
      'DescribeTags',
      { filterSet: { items: [{ name: 'resource-type', valueSet: { items: [{ value: 'instance' }] } }] } },
    ],
    ['monitoring', 'DescribeAlarms', { maxRecords: 100 }],
  ],
  [
    ['s3', 'ListBuckets', { Host: 's3.us-east-1.amazonaws.com' }],
    ['s3', 'GetBucketLocation', { bucketName: EXPORTS, location: '', Host: 's3.us-east-1.amazonaws.com' }],
    [
      's3',
      'GetBucketTagging',
      { bucketName: EXPORTS, tagging: '', Host: `${EXPORTS}.s3.us-east-1.amazonaws.com` },
    ],
  ],
  [
    ['lambda', 'ListFunctions20150331', { maxItems: 50 }],
    ['lambda', 'GetFunction20150331v2', { functionName: 'orders-api' }],
    [
      'logs',
      'DescribeLogStreams',
      { logGroupName: '/aws/lambda/orders-api', orderBy: 'LastEventTime', descending: true },
    ],
    ['logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/orders-api', limit: 100 }],
  ],
  [
    ['monitoring', 'ListDashboards', {}],
    ['monitoring', 'GetMetricData', null],
    ['monitoring', 'DescribeAlarmHistory', { maxRecords: 50 }],
  ],
  [
    ['cloudformation', 'DescribeStacks', { stackName: 'orders' }],
    ['cloudformation', 'DescribeStackEvents', { stackName: 'orders' }],
  ],
  [
    [
      'ce',
      'GetCostAndUsage',
      {
        granularity: 'DAILY',
        metrics: ['UnblendedCost'],
        timePeriod: { start: '2026-10-01', end: '2026-10-14' },
      },
    ],
    ['health', 'DescribeEventAggregates', { aggregateField: 'eventTypeCategory' }],
  ],
]

/** A few clicks by one person. */
export const consoleWork = (random: Random, at: number, person: Person): Event[] => {
  const page = random.pick(PAGES)
  const tail = page.map(([source, name, params], step) =>
    consoleCall(random, person, { at: at + step, source, name, params }),
  )
  return [...tail, ...errand(random, at + 20, person)]
}

/** Now and then a person changes something, or meets a door that is closed. */
const errand = (random: Random, at: number, person: Person): Event[] => {
  const denied = (action: string) =>
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/${person.role}/${person.name} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`
  if (person.name === TOMAS) {
    if (random.chance(0.12)) {
      const [source, name, action] = random.pick([
        ['iam', 'ListUsers', 'iam:ListUsers'],
        ['organizations', 'DescribeOrganization', 'organizations:DescribeOrganization'],
        ['ce', 'GetCostForecast', 'ce:GetCostForecast'],
      ] as const)
      return [consoleCall(random, person, { at, source, name, error: ['AccessDenied', denied(action)] })]
    }
    const params = {
      logGroupName: '/aws/lambda/orders-replica',
      queryString: 'fields @timestamp, @message | sort @timestamp desc | limit 50',
    }
    return random.chance(0.3)
      ? [
          consoleCall(random, person, {
            at,
            source: 'logs',
            name: 'StartQuery',
            params,
            response: { queryId: random.uuid() },
          }),
        ]
      : []
  }
  if (!random.chance(0.25)) return []
  return random.pick([
    () => [
      consoleCall(random, person, {
        at,
        source: 'monitoring',
        name: 'PutMetricAlarm',
        params: {
          alarmName: 'orders-api-errors',
          metricName: 'Errors',
          namespace: 'AWS/Lambda',
          threshold: 5,
          period: 300,
          evaluationPeriods: 1,
          actionsEnabled: true,
        },
      }),
    ],
    () => [
      consoleCall(random, person, {
        at,
        source: 'ec2',
        name: 'CreateTags',
        params: {
          resourcesSet: { items: [{ resourceId: THINGS.instances['us-east-1'][0] }] },
          tagSet: { items: [{ key: 'owner', value: 'platform' }] },
        },
        response: { requestId: random.uuid(), _return: true },
      }),
    ],
    () => [
      consoleCall(random, person, { at, source: 'iam', name: 'GetAccountSummary' }),
      consoleCall(random, person, {
        at: at + 1,
        source: 'iam',
        name: 'ListRoles',
        params: { maxItems: 100 },
      }),
    ],
  ])()
}
