import { ACCOUNT, AGENTS, EXPORTS, KEYS, NAT, OFFICE, REPORTING_HOST, THINGS } from './company.ts'
import { clock, type Event, event, iamUser, iso, session, temporaryKey } from './event.ts'
import { consoleCall, PEOPLE } from './people.ts'
import { bucketPolicy, deploy, newRole, terraform, trailSettings } from './pipeline.ts'
import type { Random } from './random.ts'

/** Planned work of the company that looks like an attack from far away, and must raise no alarm. */
export const setPieces = (random: Random): Event[] => [
  ...terraform(random, clock('00:19:00'), 'us-east-1', 'ci-1840', trailSettings),
  ...terraform(random, clock('08:30:10'), 'us-east-1', 'ci-1841', bucketPolicy),
  ...terraform(random, clock('11:10:05'), 'eu-west-1', 'ci-1842', newRole),
  ...deploy(random, clock('09:20:40')),
  ...deploy(random, clock('15:41:10')),
  ...keyRotation(random),
  ...breakGlassTest(random),
  ...groupForTheOffice(random),
  ...nightlyExport(random),
]

/** A reporting job changes its own key, as it does every 30 days: nobody's key but its own. */
const keyRotation = (random: Random): Event[] => {
  const userName = 'nightly-report'
  const base = { source: 'iam', region: 'us-east-1' as const, ip: REPORTING_HOST, agent: AGENTS.cli }
  const old = iamUser(userName, KEYS.reportOld)
  const at = clock('06:30:07')
  return [
    event(random, { ...base, who: old, at, name: 'ListAccessKeys', params: { userName } }),
    event(random, {
      ...base,
      who: old,
      at: at + 1,
      name: 'CreateAccessKey',
      params: { userName },
      response: {
        accessKey: {
          userName,
          accessKeyId: KEYS.reportNew,
          status: 'Active',
          createDate: 'Oct 14, 2026, 6:30:08 AM',
        },
      },
    }),
    event(random, {
      ...base,
      source: 'sts',
      who: iamUser(userName, KEYS.reportNew),
      at: at + 14,
      name: 'GetCallerIdentity',
    }),
    event(random, {
      ...base,
      who: iamUser(userName, KEYS.reportNew),
      at: at + 16,
      name: 'UpdateAccessKey',
      params: { userName, accessKeyId: KEYS.reportOld, status: 'Inactive' },
    }),
    event(random, {
      ...base,
      who: iamUser(userName, KEYS.reportNew),
      at: at + 18,
      name: 'DeleteAccessKey',
      params: { userName, accessKeyId: KEYS.reportOld },
    }),
  ]
}

/** The quarterly test of the emergency access: outside its window the door must stay shut, and does. */
const breakGlassTest = (random: Random): Event[] => {
  const who = iamUser('break-glass-admin', KEYS.breakGlass, {
    sessionContext: { attributes: { creationDate: iso(clock('10:00:02')), mfaAuthenticated: 'true' } },
  })
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/break-glass-root-equivalent`
  return [
    event(random, {
      who,
      at: clock('10:00:31'),
      source: 'sts',
      name: 'AssumeRole',
      region: 'us-east-1',
      ip: OFFICE.breakGlass,
      agent: AGENTS.cli,
      error: [
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/break-glass-admin is not authorized to perform: sts:AssumeRole on resource: ${roleArn} because no identity-based policy allows the sts:AssumeRole action`,
      ],
    }),
  ]
}

/** A security group is opened, but to the office alone. */
const groupForTheOffice = (random: Random): Event[] => [
  consoleCall(random, PEOPLE[0]!, {
    at: clock('09:52:15'),
    source: 'ec2',
    name: 'AuthorizeSecurityGroupIngress',
    params: {
      groupId: THINGS.group['us-east-1'],
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 443,
            toPort: 443,
            groups: {},
            ipRanges: { items: [{ cidrIp: '192.0.2.0/24', description: 'office' }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    response: { requestId: random.uuid(), _return: true },
  }),
]

/** The export job writes and reads its files: data events, which the trail records for this one bucket. */
const nightlyExport = (random: Random): Event[] => {
  const name = 'customer-export'
  const who = session({
    role: 'customer-export-role',
    name,
    accessKeyId: temporaryKey(random),
    since: clock('04:44:30'),
  })
  return ['PutObject', 'PutObject', 'PutObject', 'GetObject'].map((call, step) => {
    const key = `exports/2026-10-14/customers-${String(call === 'GetObject' ? 1 : step + 1).padStart(3, '0')}.csv.gz`
    return event(random, {
      who,
      at: clock('04:45:10') + step * 4,
      source: 's3',
      name: call,
      region: 'us-east-1',
      ip: NAT['us-east-1'],
      agent: AGENTS.lambda,
      params: { bucketName: EXPORTS, Host: `${EXPORTS}.s3.us-east-1.amazonaws.com`, key },
      response: call === 'PutObject' ? { 'x-amz-server-side-encryption': 'AES256' } : null,
      extra: {
        SignatureVersion: 'SigV4',
        CipherSuite: 'TLS_AES_128_GCM_SHA256',
        bytesTransferredIn: call === 'PutObject' ? 48213 : 0,
        AuthenticationMethod: 'AuthHeader',
        'x-amz-id-2': `${random.code(24)}=`,
        bytesTransferredOut: call === 'PutObject' ? 0 : 48213,
      },
      resources: objectResources(key),
      data: true,
    })
  })
}

/** `resources` of a data event on the export bucket. */
export const objectResources = (key: string): Event[] => [
  { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${EXPORTS}/${key}` },
  { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${EXPORTS}` },
]
