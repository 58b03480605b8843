import { ACCOUNT, AGENTS, NAT, type Region, THINGS } from './company.ts'
import { type Call, type Event, event, idOf, iso, service, session, temporaryKey } from './event.ts'
import type { Random } from './random.ts'

/** What the account's machines do all day, a scene at a time. Each scene is a few calls within a few seconds. */
export type Scene = (random: Random, at: number, region: Region) => Event[]

export const HOUR = 3600

/** AssumeRole as a service calls it for a role of the account, with the session that comes of it. */
export const assumed = (
  random: Random,
  at: number,
  region: Region,
  by: string,
  role: string,
  name: string,
  path = '/',
) => {
  const accessKeyId = temporaryKey(random)
  const roleArn = `arn:aws:iam::${ACCOUNT}:role${path}${role}`
  const record = event(random, {
    who: service(by),
    at,
    source: 'sts',
    name: 'AssumeRole',
    region,
    ip: `${by}.amazonaws.com`,
    agent: `${by}.amazonaws.com`,
    params: { roleArn, roleSessionName: name, ...(by === 'lambda' && { durationSeconds: HOUR }) },
    response: {
      credentials: { accessKeyId, sessionToken: 'HIDDEN', expiration: iso(at + HOUR) },
      assumedRoleUser: {
        assumedRoleId: `${idOf('AROA', role)}:${name}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
      },
    },
    resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: roleArn }],
    also: { sharedEventID: random.uuid() },
  })
  return { record, accessKeyId }
}

/** A function wakes up: its role is assumed, a parameter is read, KMS decrypts it. */
export const lambdaRun: Scene = (random, at, region) => {
  const name =
    region === 'us-east-1' ? random.pick(['orders-api', 'invoice-mailer', 'thumbnailer']) : 'orders-replica'
  const role = `${name}-role`
  const { record, accessKeyId } = assumed(random, at, region, 'lambda', role, name)
  const more = {
    inScopeOf: {
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`,
    },
  }
  const who = session({ role, name, accessKeyId, since: at, more })
  const base = { who, region, ip: NAT[region], agent: AGENTS.lambda }
  const events = [
    record,
    event(random, {
      ...base,
      at: at + 1,
      source: 'ssm',
      name: 'GetParameter',
      params: { name: `/${name}/settings`, withDecryption: true },
      resources: [{ accountId: ACCOUNT, ARN: `arn:aws:ssm:${region}:${ACCOUNT}:parameter/${name}/settings` }],
    }),
    decrypt(random, at + 1, region, { ...who, invokedBy: 'ssm.amazonaws.com' }, 'ssm', {
      PARAMETER_ARN: `arn:aws:ssm:${region}:${ACCOUNT}:parameter/${name}/settings`,
    }),
  ]
  return random.chance(0.4) ? [...events, ...secret(random, at + 2, base, name)] : events
}

/** A function reads its own secret: one per function, never many. */
const secret = (
  random: Random,
  at: number,
  base: Omit<Call, 'at' | 'source' | 'name'>,
  name: string,
): Event[] => [
  event(random, {
    ...base,
    at,
    source: 'secretsmanager',
    name: 'GetSecretValue',
    params: { secretId: `prod/${name}/database` },
  }),
  decrypt(
    random,
    at,
    base.region,
    { ...base.who, invokedBy: 'secretsmanager.amazonaws.com' },
    'secretsmanager',
    {
      SecretARN: `arn:aws:secretsmanager:${base.region}:${ACCOUNT}:secret:prod/${name}/database-Ab12Cd`,
    },
  ),
]

/** KMS decrypts for a service that acts for somebody. */
const decrypt = (
  random: Random,
  at: number,
  region: Region,
  who: Event,
  by: string,
  encryptionContext: Event,
): Event => {
  const ARN = `arn:aws:kms:${region}:${ACCOUNT}:key/${THINGS.kmsKey}`
  return event(random, {
    who,
    at,
    source: 'kms',
    name: 'Decrypt',
    region,
    ip: `${by}.amazonaws.com`,
    agent: `${by}.amazonaws.com`,
    params: { encryptionContext, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    resources: [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN }],
  })
}
