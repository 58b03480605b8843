import type { ContainmentAction } from '../../lib/action.ts'
import { type Finding, findingId, type Level } from '../../lib/finding.ts'
import { activityCounter } from '../../lib/report/activity.ts'
import type { ReportInput } from '../../lib/report/model.ts'
import { type CloudTrailEvent, identityOf } from '../../lib/trail/event.ts'
import { type IntegrityReport, noVerdicts, type VerdictStatus } from '../../lib/verdict.ts'

/**
 * An incident for tests and for looking at: the key of a build user is stolen, the account explored, an administrator
 * made, the trail stopped, a bucket opened. Afterwards somebody with access to the bucket changed and removed log files.
 */

const ACCOUNT = '111122223333'
const MEMBER = '444455556666'
const BUCKET = 'example-org-trail'

const keyOf = (time: string, account = ACCOUNT, region = 'us-east-1'): string => {
  const stamp = time.slice(0, 16).replaceAll(/[-:]/g, '')
  const minute = String(Math.floor(Number(stamp.slice(-2)) / 5) * 5).padStart(2, '0')
  return `AWSLogs/${account}/CloudTrail/${region}/${time.slice(0, 10).replaceAll('-', '/')}/${account}_CloudTrail_${region}_${stamp.slice(0, -2)}${minute}Z_Qz7vX1pL0a.json.gz`
}

interface Step {
  readonly rule: string
  readonly title: string
  readonly level: Level
  readonly tags: readonly string[]
  readonly time: string
  readonly call: readonly [string, string]
  readonly who?: string
  readonly resource?: string
  readonly parameters?: Record<string, unknown>
  readonly error?: string
  readonly region?: string
  readonly account?: string
  readonly more?: number
}

const STEPS: readonly Step[] = [
  {
    rule: 'iam-access-key-used-from-new-network',
    title: 'An access key was used from a network never seen before',
    level: 'high',
    tags: ['attack.initial-access', 'attack.t1078.004'],
    time: '2026-11-01T09:12:41Z',
    call: ['sts', 'GetCallerIdentity'],
    resource: 'arn:aws:iam::111122223333:user/ci-deploy',
  },
  {
    rule: 'recon-many-denied-calls',
    title: 'Many different calls were denied to one identity',
    level: 'medium',
    tags: ['attack.discovery', 'attack.t1580'],
    time: '2026-11-01T09:31:07Z',
    call: ['ec2', 'DescribeInstances'],
    error: 'Client.UnauthorizedOperation',
    more: 24,
  },
  {
    rule: 'iam-account-authorization-details-listed',
    title: 'All IAM identities and policies were listed',
    level: 'low',
    tags: ['attack.discovery', 'attack.t1087.004'],
    time: '2026-11-01T09:38:15Z',
    call: ['iam', 'GetAccountAuthorizationDetails'],
  },
  {
    rule: 'iam-user-created',
    title: 'An IAM user was created',
    level: 'medium',
    tags: ['attack.persistence', 'attack.t1136.003'],
    time: '2026-11-01T10:01:12Z',
    call: ['iam', 'CreateUser'],
    resource: 'arn:aws:iam::111122223333:user/support-backup',
    parameters: { userName: 'support-backup' },
  },
  {
    rule: 'iam-administrator-policy-attached',
    title: 'Administrator rights were given to a user',
    level: 'critical',
    tags: ['attack.privilege-escalation', 'attack.t1098.003'],
    time: '2026-11-01T10:02:33Z',
    call: ['iam', 'AttachUserPolicy'],
    resource: 'arn:aws:iam::111122223333:user/support-backup',
    parameters: { userName: 'support-backup', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  {
    rule: 'iam-access-key-created',
    title: 'A long-lived access key was created for another user',
    level: 'high',
    tags: ['attack.persistence', 'attack.t1098.001'],
    time: '2026-11-01T10:03:02Z',
    call: ['iam', 'CreateAccessKey'],
    resource: 'arn:aws:iam::111122223333:user/support-backup',
    parameters: { userName: 'support-backup' },
  },
  {
    rule: 'cloudtrail-trail-stopped',
    title: 'A trail was stopped',
    level: 'critical',
    tags: ['attack.defense-evasion', 'attack.t1562.008'],
    time: '2026-11-01T10:07:44Z',
    call: ['cloudtrail', 'StopLogging'],
    who: 'support-backup',
    resource: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/org-trail',
    parameters: { name: 'org-trail' },
  },
  {
    rule: 's3-public-access-block-removed',
    title: 'The public access block of a bucket was removed',
    level: 'high',
    tags: ['attack.exfiltration', 'attack.t1537'],
    time: '2026-11-01T14:21:09Z',
    call: ['s3', 'DeleteBucketPublicAccessBlock'],
    who: 'support-backup',
    resource: 'arn:aws:s3:::example-customer-exports',
    parameters: { bucketName: 'example-customer-exports', publicAccessBlock: '' },
    region: 'eu-central-1',
    account: MEMBER,
  },
  {
    rule: 's3-bucket-policy-public',
    title: 'A bucket policy lets everybody read',
    level: 'critical',
    tags: ['attack.exfiltration', 'attack.t1537'],
    time: '2026-11-01T14:22:51Z',
    call: ['s3', 'PutBucketPolicy'],
    who: 'support-backup',
    resource: 'arn:aws:s3:::example-customer-exports',
    parameters: {
      bucketName: 'example-customer-exports',
      bucketPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: 'arn:aws:s3:::example-customer-exports/*',
          },
        ],
      },
    },
    region: 'eu-central-1',
    account: MEMBER,
  },
  {
    rule: 'console-login-without-mfa',
    title: 'Console login without MFA',
    level: 'informational',
    tags: ['attack.initial-access', 'team.identity'],
    time: '2026-11-01T18:40:00Z',
    call: ['signin', 'ConsoleLogin'],
    who: 'support-backup',
  },
]

const idOf = (n: number): string => `${String(n).padStart(8, '0')}-1f2e-4d3c-8b4a-5e6f708192a3`

const eventOf = (step: Step, n: number): CloudTrailEvent => {
  const who = step.who ?? 'ci-deploy'
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: who === 'ci-deploy' ? 'AIDAEXAMPLECIDEPLOY01' : 'AIDAEXAMPLEBACKUP0001',
      arn: `arn:aws:iam::${ACCOUNT}:user/${who}`,
      accountId: ACCOUNT,
      accessKeyId: who === 'ci-deploy' ? 'AKIAEXAMPLECIDEPLOY1' : 'AKIAEXAMPLEBACKUP001',
      userName: who,
    },
    eventTime: step.time,
    eventSource: `${step.call[0]}.amazonaws.com`,
    eventName: step.call[1],
    awsRegion: step.region ?? 'us-east-1',
    sourceIPAddress: '203.0.113.66',
    userAgent:
      'aws-cli/2.31.7 md/awscrt#0.27.6 ua/2.1 os/linux#6.16.8 md/arch#x86_64 lang/python#3.13.7 md/command#iam',
    ...(step.error && {
      errorCode: step.error,
      errorMessage: 'You are not authorized to perform this operation.',
    }),
    requestParameters: step.parameters ?? null,
    responseElements: null,
    requestID: `7c0ffee0-0000-4000-8000-${String(n).padStart(12, '0')}`,
    eventID: idOf(n),
    readOnly: /^(Get|List|Describe)/.test(step.call[1]),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: step.account ?? ACCOUNT,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'iam.amazonaws.com',
    },
  }
}

const findingOf = (step: Step, n: number): Finding => {
  const raw = eventOf(step, n)
  return {
    id: findingId(step.rule, idOf(n)),
    rule: { id: step.rule, title: step.title, level: step.level, tags: step.tags },
    time: step.time,
    event: {
      eventID: idOf(n),
      eventName: step.call[1],
      eventSource: `${step.call[0]}.amazonaws.com`,
      recipientAccountId: step.account ?? ACCOUNT,
      awsRegion: step.region ?? 'us-east-1',
      sourceIPAddress: '203.0.113.66',
      userAgent: String(raw.userAgent),
      ...(step.error && { errorCode: step.error }),
    },
    actor: identityOf(raw),
    resources: step.resource ? [step.resource] : [],
    events: Array.from({ length: 1 + (step.more ?? 0) }, (_, i) => idOf(n + i * 100)),
    source: { key: keyOf(step.time, step.account, step.region), index: (n * 7) % 23 },
    raw,
  }
}

const findings: readonly Finding[] = STEPS.map((step, i) => findingOf(step, i + 1))

const CALLS = [
  ['s3', 'GetObject', 'build-role', '198.51.100.17'],
  ['sts', 'AssumeRole', 'build-role', '198.51.100.17'],
  ['ec2', 'DescribeInstances', 'autoscaler', 'autoscaling.amazonaws.com'],
  ['kms', 'Decrypt', 'app-role', '198.51.100.40'],
  ['logs', 'CreateLogStream', 'app-role', 'lambda.amazonaws.com'],
  ['dynamodb', 'DescribeTable', 'app-role', '198.51.100.41'],
  ['iam', 'ListRoles', 'auditor', '192.0.2.8'],
] as const

/** A day and a half of ordinary work around the incident; quiet while the trail was stopped. */
const activity = () => {
  const counter = activityCounter()
  for (let hour = 0; hour < 36; hour++) {
    if (hour === 23 || hour === 24) continue
    const load = 20 + Math.round(30 * Math.abs(Math.sin((hour + 3) / 7))) + (hour === 21 ? 90 : 0)
    for (let i = 0; i < load; i++) {
      const [service, name, role, from] = CALLS[(i * i + hour) % CALLS.length]!
      const account = i % 3 === 0 ? MEMBER : ACCOUNT
      counter.add({
        eventTime: new Date(Date.UTC(2026, 9, 31, 12 + hour, i % 60)).toISOString(),
        eventSource: `${service}.amazonaws.com`,
        eventName: name,
        awsRegion: i % 5 === 0 ? 'eu-central-1' : 'us-east-1',
        sourceIPAddress: from,
        recipientAccountId: account,
        userIdentity: {
          type: 'AssumedRole',
          sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${account}:role/${role}`, userName: role } },
        },
        eventCategory: name === 'GetObject' ? 'Data' : 'Management',
        ...(i % 37 === 5 && { errorCode: 'AccessDenied' }),
      })
    }
  }
  for (const { raw } of findings) counter.add(raw)
  return counter.summary()
}

const verdicts = (counts: Partial<Record<VerdictStatus, number>>) => ({ ...noVerdicts(), ...counts })

const verdictOf = (finding: Finding): VerdictStatus => {
  if (finding.rule.id === 'cloudtrail-trail-stopped') return 'modified'
  return finding.event.recipientAccountId === MEMBER ? 'unverifiable' : 'valid'
}

const tampered: IntegrityReport = {
  summary: {
    digests: verdicts({ valid: 68, modified: 1, missing: 1 }),
    logs: verdicts({ valid: 402, modified: 1, missing: 2, unlisted: 1, unverifiable: 14 }),
  },
  chains: [
    {
      account: ACCOUNT,
      region: 'us-east-1',
      trail: 'org-trail',
      kind: 'standard',
      digests: verdicts({ valid: 34, missing: 1 }),
      logs: verdicts({ valid: 251, modified: 1, missing: 2, unlisted: 1 }),
      from: '2026-10-31T12:00:00Z',
      to: '2026-11-02T00:00:00Z',
    },
    {
      account: MEMBER,
      region: 'eu-central-1',
      trail: 'org-trail',
      kind: 'standard',
      digests: verdicts({ valid: 34, modified: 1 }),
      logs: verdicts({ valid: 151, unverifiable: 14 }),
      from: '2026-10-31T12:00:00Z',
      to: '2026-11-02T00:00:00Z',
    },
  ],
  problems: [
    {
      status: 'modified',
      kind: 'log',
      object: `s3://${BUCKET}/${keyOf('2026-11-01T10:07:44Z')}`,
      reason: 'hash-mismatch',
      detail:
        'expected SHA-256 9f2c5a7e01b4d3886c1fa0e2b7754d90c3ae6b81f4d20795e8b613cc47a09d52 as its digest file lists, found 31b7cc90e54a2f6d8e7701b9c4d5a6f3028e9b1c7d6f5a4e3b2c1d0f9e8a7b6c',
    },
    {
      status: 'missing',
      kind: 'log',
      object: `s3://${BUCKET}/${keyOf('2026-11-01T10:10:00Z')}`,
      reason: 'not-found',
      detail: 'listed by a verified digest file, found no object under its key',
    },
    {
      status: 'missing',
      kind: 'log',
      object: `s3://${BUCKET}/${keyOf('2026-11-01T10:15:00Z')}`,
      reason: 'not-found',
      detail: 'listed by a verified digest file, found no object under its key',
    },
    {
      status: 'unlisted',
      kind: 'log',
      object: `s3://${BUCKET}/${keyOf('2026-11-01T09:05:00Z')}`,
      reason: 'not-listed',
      detail: 'the digest file of this hour is verified and does not list this log file',
    },
    {
      status: 'missing',
      kind: 'digest',
      object: `s3://${BUCKET}/AWSLogs/${ACCOUNT}/CloudTrail-Digest/us-east-1/2026/11/01/${ACCOUNT}_CloudTrail-Digest_us-east-1_org-trail_us-east-1_20261101T120000Z.json.gz`,
      reason: 'not-found',
      detail: 'the next digest file names it as its previous one, found no object under its key',
      from: '2026-11-01T11:00:00Z',
      to: '2026-11-01T12:00:00Z',
    },
    {
      status: 'modified',
      kind: 'digest',
      object: `s3://${BUCKET}/AWSLogs/${MEMBER}/CloudTrail-Digest/eu-central-1/2026/11/01/${MEMBER}_CloudTrail-Digest_eu-central-1_org-trail_us-east-1_20261101T150000Z.json.gz`,
      reason: 'signature-mismatch',
      detail: 'the signature does not fit the bytes; the 14 log files it lists cannot be verified',
      from: '2026-11-01T14:00:00Z',
      to: '2026-11-01T15:00:00Z',
    },
    {
      status: 'gap',
      kind: 'chain',
      object: `${ACCOUNT}/us-east-1/org-trail`,
      reason: 'logging-stopped',
      detail: 'no digest file covers this range and the next one starts a new chain: logging was off',
      from: '2026-11-01T12:00:00Z',
      to: '2026-11-01T13:00:00Z',
    },
  ],
  logVerdicts: new Map(findings.map((finding) => [finding.source.key, verdictOf(finding)])),
  notes: ['Public keys were read from public-keys.json beside AWSLogs.'],
}

const actions: readonly ContainmentAction[] = [
  {
    id: 'a1',
    type: 'restart-logging',
    tier: 0,
    title: 'Start logging of the trail org-trail again',
    target: {
      kind: 'trail',
      id: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/org-trail',
      name: 'org-trail',
      accountId: ACCOUNT,
      region: 'us-east-1',
    },
    reason: 'cloudtrail-trail-stopped: support-backup called StopLogging at 2026-11-01T10:07:44Z.',
    findings: [findings[6]!.id],
    level: 'critical',
    blastRadius: 'Nothing stops working; CloudTrail delivers events again.',
    snapshot: [
      {
        service: 'cloudtrail',
        operation: 'GetTrailStatus',
        input: { Name: 'org-trail' },
        region: 'us-east-1',
      },
    ],
    calls: [
      { service: 'cloudtrail', operation: 'StartLogging', input: { Name: 'org-trail' }, region: 'us-east-1' },
    ],
    permissions: ['cloudtrail:GetTrailStatus', 'cloudtrail:StartLogging'],
    reversibility: 'exact',
    undo: [
      { service: 'cloudtrail', operation: 'StopLogging', input: { Name: 'org-trail' }, region: 'us-east-1' },
    ],
    undoNote: 'Only if logging was meant to be off before.',
    verify: ['GetTrailStatus says IsLogging true', 'a digest file arrives within the hour'],
    limits: ['Events of the time without logging cannot be had back.'],
  },
  {
    id: 'a2',
    type: 'deactivate-access-key',
    tier: 1,
    title: 'Deactivate access key AKIAEXAMPLECIDEPLOY1 of ci-deploy',
    target: {
      kind: 'access key',
      id: 'AKIAEXAMPLECIDEPLOY1',
      arn: 'arn:aws:iam::111122223333:user/ci-deploy',
      accountId: ACCOUNT,
    },
    reason:
      'iam-access-key-used-from-new-network: the key was used from 203.0.113.66 at 2026-11-01T09:12:41Z.',
    findings: [findings[0]!.id, findings[4]!.id],
    level: 'critical',
    blastRadius:
      'Everything that signs with this key: the deployment pipeline stops until it has another key.',
    snapshot: [{ service: 'iam', operation: 'ListAccessKeys', input: { UserName: 'ci-deploy' } }],
    calls: [
      {
        service: 'iam',
        operation: 'UpdateAccessKey',
        input: { UserName: 'ci-deploy', AccessKeyId: 'AKIAEXAMPLECIDEPLOY1', Status: 'Inactive' },
      },
    ],
    permissions: ['iam:ListAccessKeys', 'iam:UpdateAccessKey'],
    reversibility: 'exact',
    undo: [
      {
        service: 'iam',
        operation: 'UpdateAccessKey',
        input: { UserName: 'ci-deploy', AccessKeyId: 'AKIAEXAMPLECIDEPLOY1', Status: 'Active' },
      },
    ],
    undoNote: 'Only while the recorded state says Active and the key has been rotated out of the attack.',
    verify: [
      'ListAccessKeys says Inactive',
      'no event with this key id more than five minutes after the call',
    ],
    limits: [
      'Sessions that were opened with this key live on until they expire.',
      'The new user support-backup is not touched.',
    ],
  },
  {
    id: 'a3',
    type: 'block-public-access',
    tier: 2,
    title: 'Block public access to the bucket example-customer-exports',
    target: {
      kind: 'bucket',
      id: 'example-customer-exports',
      arn: 'arn:aws:s3:::example-customer-exports',
      accountId: MEMBER,
      region: 'eu-central-1',
    },
    reason: 's3-bucket-policy-public: everybody may read since 2026-11-01T14:22:51Z.',
    findings: [findings[8]!.id],
    level: 'critical',
    blastRadius: 'Whoever reads this bucket without credentials, a public web site among them.',
    snapshot: [],
    calls: [
      {
        service: 's3',
        operation: 'PutPublicAccessBlock',
        region: 'eu-central-1',
        input: {
          Bucket: 'example-customer-exports',
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            IgnorePublicAcls: true,
            BlockPublicPolicy: true,
            RestrictPublicBuckets: true,
          },
        },
      },
    ],
    permissions: ['s3:PutBucketPublicAccessBlock'],
    reversibility: 'exact',
    undo: [
      {
        service: 's3',
        operation: 'DeletePublicAccessBlock',
        region: 'eu-central-1',
        input: { Bucket: 'example-customer-exports' },
      },
    ],
    undoNote: 'Puts the recorded configuration back, which may be none.',
    verify: ['GetBucketPolicyStatus says IsPublic false'],
    limits: ['What was read while the bucket was public cannot be recalled.'],
  },
]

/** The incident, with a trail that was tampered with. */
export const incident: ReportInput = {
  version: '0.1.0',
  source: `s3://${BUCKET}`,
  generatedAt: '2026-11-02T08:30:00.000Z',
  integrity: tampered,
  files: {
    listed: 495,
    ingested: 419,
    skipped: { 'digest-file': 70, 'not-below-awslogs': 4, 'truncated-gzip': 2 },
  },
  events: { read: 1_604, kept: 1_553, duplicate: 47, superseded: 3, rejected: 1 },
  quarantined: [
    {
      object: `s3://${BUCKET}/${keyOf('2026-11-01T03:20:00Z')}`,
      reason: 'truncated-gzip',
      detail: 'expected a whole gzip stream, found one that is cut off',
    },
    {
      object: `s3://${BUCKET}/${keyOf('2026-11-01T16:45:00Z')}`,
      reason: 'truncated-gzip',
      detail: 'expected a whole gzip stream, found one that is cut off',
    },
    {
      object: `s3://${BUCKET}/${keyOf('2026-11-01T07:30:00Z')} record 4`,
      reason: 'no-event-id',
      detail: 'expected an eventID, found none',
    },
  ],
  findings,
  plan: {
    version: 1,
    mode: 'observe',
    hash: '5d41402abc4b2a76b9719d911017c592ae6f21f0c4cf8a3be0b47d2e1f9a6c38',
    actions,
    refused: [
      {
        title: 'Deny everything to the user support-backup',
        target: 'arn:aws:iam::111122223333:user/support-backup',
        reason:
          'the finding rests on a log file that was changed after delivery: an action on an identity needs verified evidence',
        findings: [findings[6]!.id],
      },
    ],
  },
  activity: activity(),
  rules: { loaded: 84, rejected: 1 },
}

/** The same incident on evidence that holds. */
export const verifiedIncident: ReportInput = {
  ...incident,
  integrity: {
    summary: { digests: verdicts({ valid: 70 }), logs: verdicts({ valid: 419 }) },
    chains: [],
    problems: [],
    logVerdicts: new Map(findings.map((finding) => [finding.source.key, 'valid'])),
    notes: [],
  },
}

/** A source in which there was nothing. */
export const empty: ReportInput = {
  version: '0.1.0',
  source: './empty',
  generatedAt: '2026-11-02T08:30:00.000Z',
  files: { listed: 0, ingested: 0, skipped: {} },
  events: { read: 0, kept: 0, duplicate: 0, superseded: 0, rejected: 0 },
  quarantined: [],
  findings: [],
  plan: { version: 1, mode: 'observe', hash: '', actions: [], refused: [] },
  activity: activityCounter().summary(),
  rules: { loaded: 0, rejected: 0 },
}
