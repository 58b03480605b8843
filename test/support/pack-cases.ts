import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** An event in the shorthand of the case files: only what the query looks at is written. */
const EVENT = z.strictObject({
  /** eventID; `e1`, `e2`, ... by place when left out. */
  id: z.string().optional(),
  /** `10:00` of 2026-10-14, `13 10:00` of another day of that month, or a whole time. */
  at: z.string().default('12:00'),
  /** `s3:GetObject` is GetObject of s3.amazonaws.com. */
  call: z.string().regex(/^[a-z0-9.-]+:\w+$/),
  by: z.union([z.string(), z.record(z.string(), z.unknown())]).default('alice'),
  from: z.string().default('198.51.100.7'),
  agent: z.string().default('aws-cli/2.15.0'),
  region: z.string().default('us-east-1'),
  account: z.string().default('111122223333'),
  error: z.string().optional(),
  message: z.string().optional(),
  request: z.unknown().optional(),
  response: z.unknown().optional(),
  extra: z.unknown().optional(),
  read: z.boolean().optional(),
  kind: z.enum(['Management', 'Data', 'Insight', 'NetworkActivity']).default('Management'),
  times: z.int().default(1),
  /** Anything else, in CloudTrail's own words. */
  also: z.record(z.string(), z.unknown()).default({}),
})

const CELL = z.union([z.string(), z.number(), z.boolean(), z.null()])

const CASE = z.strictObject({
  events: z.array(EVENT).min(2),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The rows that must come, in their order and no others; of each, the columns that matter. */
  rows: z.array(z.record(z.string(), CELL)).min(1),
  /** What the finding of the first row says, where the query reports. */
  says: z.string().optional(),
})

export interface PackCase {
  readonly pack: string
  readonly name: string
  readonly events: readonly CloudTrailEvent[]
  readonly params: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, string | null>>[]
  readonly says?: string
}

const ACCOUNT = '111122223333'

const user = (userName: string, accessKeyId: string) => ({
  type: 'IAMUser',
  principalId: `AIDA${userName.toUpperCase()}`,
  arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
  accountId: ACCOUNT,
  accessKeyId,
  userName,
})

const session = (role: string, name: string, accessKeyId: string, accountId = ACCOUNT) => ({
  type: 'AssumedRole',
  principalId: `AROA${role.toUpperCase()}:${name}`,
  arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${name}`,
  accountId,
  accessKeyId,
  sessionContext: {
    attributes: { creationDate: '2026-10-14T09:00:00Z', mfaAuthenticated: 'false' },
    sessionIssuer: {
      type: 'Role',
      principalId: `AROA${role.toUpperCase()}`,
      arn: `arn:aws:iam::${accountId}:role/${role}`,
      accountId,
      userName: role,
    },
  },
})

/** Who acts in the cases. */
const CAST: Readonly<Record<string, object>> = {
  alice: user('alice', 'AKIAEXAMPLEALICE0001'),
  bob: user('bob', 'AKIAEXAMPLEBOB000001'),
  root: { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
  admin: session('Administrator', 'carol', 'ASIAEXAMPLEADMIN0001'),
  deploy: session('Deploy', 'build-7', 'ASIAEXAMPLEDEPLOY001'),
  guest: session('Visitor', 'dave', 'ASIAEXAMPLEGUEST0001', '444455556666'),
  sso: {
    ...session('AWSReservedSSO_Admins_0123456789abcdef', 'erin@example.com', 'ASIAEXAMPLESSO000001'),
    principalId: 'AROASSO:erin@example.com',
  },
  service: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
}

const READS = /^(Get|List|Describe|Head|Lookup|Query|Scan|BatchGet|Select)/

const timeOf = (at: string): string => {
  if (/^\d\d:\d\d$/.test(at)) return `2026-10-14T${at}:00Z`
  const [, day, time] = /^(\d\d) (\d\d:\d\d)$/.exec(at) ?? []
  return day === undefined ? at : `2026-10-${day}T${time}:00Z`
}

const identityOf = (by: z.infer<typeof EVENT>['by']): object => {
  if (typeof by !== 'string') return by
  const identity = CAST[by]
  if (!identity) throw new Error(`${by}: expected one of ${Object.keys(CAST).join(', ')}`)
  return identity
}

const whole = (short: z.infer<typeof EVENT>, eventID: string): CloudTrailEvent => {
  const [service = '', eventName = ''] = short.call.split(':')
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(short.by),
    eventTime: timeOf(short.at),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: short.region,
    sourceIPAddress: short.from,
    userAgent: short.agent,
    ...(short.error !== undefined && { errorCode: short.error }),
    ...(short.message !== undefined && { errorMessage: short.message }),
    requestParameters: short.request ?? null,
    responseElements: short.response ?? null,
    ...(short.extra !== undefined && { additionalEventData: short.extra }),
    requestID: `R-${eventID}`,
    eventID,
    readOnly: short.read ?? READS.test(eventName),
    eventType: 'AwsApiCall',
    managementEvent: short.kind === 'Management',
    recipientAccountId: short.account,
    eventCategory: short.kind,
    ...short.also,
  } as CloudTrailEvent
}

const eventsOf = (shorts: readonly z.infer<typeof EVENT>[]): CloudTrailEvent[] =>
  shorts.flatMap((short, index) =>
    Array.from({ length: short.times }, (_, copy) =>
      whole(short, `${short.id ?? `e${index + 1}`}${copy > 0 ? `-${copy + 1}` : ''}`),
    ),
  )

const caseOf = (pack: string, name: string, written: unknown): PackCase => {
  const { events, params, rows, says } = CASE.parse(written, { reportInput: true })
  const text = (value: z.infer<typeof CELL>) => (value === null ? null : String(value))
  return {
    pack,
    name,
    events: eventsOf(events),
    params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)])),
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, text(cell)]))),
    ...(says !== undefined && { says }),
  }
}

const CASES = join(import.meta.dirname, '../query/cases')

/** Every case: `<pack>.yml`, or any file of the folder `<pack>`, holds cases by the name of the query. */
export const packCases = (): PackCase[] =>
  readdirSync(CASES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .flatMap((file) => {
      const pack = file.split(/[/\\.]/)[0]!
      const written: Record<string, unknown> = parse(readFileSync(join(CASES, file), 'utf8')) ?? {}
      return Object.entries(written).map(([name, one]) => {
        try {
          return caseOf(pack, name, one)
        } catch (error) {
          throw new Error(`${file}: ${name}: ${(error as Error).message}`, { cause: error })
        }
      })
    })
