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
import { type Call, clock, type Event, event, session } from './event.ts'
import type { Random } from './random.ts'

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
