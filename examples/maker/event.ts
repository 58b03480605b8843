import { ACCOUNT, type Region } from './company.ts'
import type { Random } from './random.ts'

/** A record as CloudTrail writes it. */
export type Event = Record<string, unknown>

/** One API call, as the noise and the story tell it. `event` turns it into a record. */
export interface Call {
  readonly who: Event
  /** Epoch seconds. */
  readonly at: number
  /** Service without its domain: `iam`. */
  readonly source: string
  readonly name: string
  readonly region: Region
  readonly ip: string
  readonly agent: string
  readonly params?: unknown
  readonly response?: unknown
  readonly error?: readonly [code: string | undefined, message: string]
  readonly extra?: unknown
  readonly resources?: readonly unknown[]
  readonly type?: string
  readonly data?: boolean
  /** Fields that only some services write; they replace what is there. */
  readonly also?: Event
  readonly id?: string
}

/** Which event version each service writes: newer services and Regions are ahead of older ones. */
const VERSIONS: Record<string, string> = {
  autoscaling: '1.08',
  ssm: '1.08',
  signin: '1.08',
  sts: '1.08',
  sso: '1.08',
  secretsmanager: '1.09',
  config: '1.09',
  logs: '1.10',
  lambda: '1.10',
  rds: '1.10',
}

const READS =
  /^(Get|List|Describe|Head|Lookup|BatchGet|Decrypt$|GenerateDataKey$|AssumeRole|View|Filter|StartQuery|CredentialChallenge)/

/** When the incident's day begins, in epoch seconds. */
export const DAY = Date.UTC(2026, 9, 14) / 1000

/** Epoch seconds of a time of that day, `13:02:11`. */
export const clock = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return DAY + hours * 3600 + minutes * 60 + seconds
}

/** `2026-10-14T13:02:11Z`. */
export const iso = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 19)}Z`

/** The record of a call, its fields in CloudTrail's order. */
export const event = (random: Random, call: Call): Event => ({
  eventVersion: VERSIONS[call.source] ?? '1.11',
  userIdentity: call.who,
  eventTime: iso(call.at),
  eventSource: `${call.source}.amazonaws.com`,
  eventName: call.name,
  awsRegion: call.region,
  sourceIPAddress: call.ip,
  userAgent: call.source === 's3' ? `[${call.agent}]` : call.agent,
  ...(call.error?.[0] && { errorCode: call.error[0] }),
  ...(call.error && { errorMessage: call.error[1] }),
  requestParameters: call.params ?? null,
  responseElements: call.response ?? null,
  ...(call.extra !== undefined && { additionalEventData: call.extra }),
  requestID: call.source === 's3' ? random.code(16) : random.uuid(),
  eventID: call.id ?? random.uuid(),
  readOnly: READS.test(call.name),
  ...(call.resources && { resources: call.resources }),
  eventType: call.type ?? 'AwsApiCall',
  managementEvent: !call.data,
  recipientAccountId: ACCOUNT,
  eventCategory: call.data ? 'Data' : 'Management',
  ...(isAddress(call.ip) && call.source !== 'signin' && { tlsDetails: tls(call) }),
  ...call.also,
})

const isAddress = (ip: string): boolean => /^[\d.]+$/.test(ip)

const tls = (call: Call): Event => ({
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader:
    call.source === 'iam' ? 'iam.amazonaws.com' : `${call.source}.${call.region}.amazonaws.com`,
})

/** An IAM user with its long-term key. */
export const iamUser = (name: string, accessKeyId: string, more: Event = {}): Event => ({
  type: 'IAMUser',
  principalId: idOf('AIDA', name),
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  accountId: ACCOUNT,
  accessKeyId,
  userName: name,
  ...more,
})

export interface Session {
  readonly role: string
  /** Path of the role, `/aws-service-role/config.amazonaws.com/`. */
  readonly path?: string
  readonly name: string
  readonly accessKeyId: string
  /** Epoch seconds. */
  readonly since: number
  readonly more?: Event
}

/** A session of a role. */
export const session = ({ role, path = '/', name, accessKeyId, since, more }: Session): Event => ({
  type: 'AssumedRole',
  principalId: `${idOf('AROA', role)}:${name}`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
  accountId: ACCOUNT,
  accessKeyId,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: idOf('AROA', role),
      arn: `arn:aws:iam::${ACCOUNT}:role${path}${role}`,
      accountId: ACCOUNT,
      userName: role,
    },
    attributes: { creationDate: iso(since), mfaAuthenticated: 'false' },
  },
  ...more,
})

/** An AWS service that acts for itself. */
export const service = (name: string): Event => ({ type: 'AWSService', invokedBy: `${name}.amazonaws.com` })

/** A unique id in AWS's form that plainly belongs to an example: 21 characters, always the same for a name. */
export const idOf = (kind: 'AIDA' | 'AROA', name: string): string => {
  const letters = name
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, '')
    .replace('AWSRESERVEDSSO', '')
    .replace('AWSSERVICEROLEFOR', '')
  return `${kind}EXAMPLE${letters}XXXXXXXXXX`.slice(0, 21)
}

/** A session's temporary key id. */
export const temporaryKey = (random: Random): string => `ASIAEXAMPLE${random.code(9)}`
