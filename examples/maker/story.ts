import { ACCOUNT, AGENTS, ATTACKER, EXPORTS, KEYS, STRANGER, TRAIL, TRAIL_ARN } from './company.ts'
import { clock, event, iamUser, idOf, iso, temporaryKey } from './event.ts'
import { openBucket, shareAndOpen } from './exposure.ts'
import { consoleCall, PEOPLE } from './people.ts'
import { type Random, randomFrom, uuidOf } from './random.ts'
import { RECON } from './recon.ts'
import { objectResources } from './set-pieces.ts'
import { BACKUP, BUILD, FROM, NEW_USER, type Step, type Tell, type Told } from './tell.ts'

export const STOPPED = clock('13:16:27')
export const RESTARTED = clock('13:41:09')

/** The incident, in order. Ids depend on the step's name alone. */
export const story = (): Step[] => {
  const random = randomFrom('the incident')
  const tell = (time: string, step: string, told: Told): Step => {
    const region = told.region ?? 'us-east-1'
    return {
      step,
      region,
      event: event(random, { ...told, region, at: clock(time), id: uuidOf(`story/${step}`) }),
    }
  }
  return [
    ...reconnaissance(tell),
    ...takeover(tell),
    ...blinding(tell, random),
    ...openBucket(tell),
    ...shareAndOpen(tell, random),
    ...consoleVisit(tell, random),
    ...harvest(tell, random),
  ]
}

/** 13:02: the stolen key of the CI user is tried out, then everything is listed in three minutes. */
const reconnaissance = (tell: Tell): Step[] => [
  tell('13:02:11', 'stolen-key-first-use', {
    ...FROM,
    agent: AGENTS.attackerFirst,
    who: BUILD,
    source: 'sts',
    name: 'GetCallerIdentity',
  }),
  ...RECON.map((look, index) => {
    const seconds = 40 + index * 4
    const time = `13:0${2 + Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    const { action, ...told } = look
    const message = `User: arn:aws:iam::${ACCOUNT}:user/build-deploy is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`
    return tell(time, `recon-${index + 1}-${look.name.replace(/\d{8}.*$/, '')}`, {
      ...FROM,
      agent: AGENTS.attackerScript,
      who: BUILD,
      ...told,
      ...(action && {
        error: [look.source === 'ec2' ? 'Client.UnauthorizedOperation' : 'AccessDenied', message] as const,
      }),
    })
  }),
]

/** 13:11: a user of the attacker's own, with a key, a password and every right. */
const takeover = (tell: Tell): Step[] => {
  const iam = { ...FROM, who: BUILD, source: 'iam' }
  const userName = NEW_USER
  const user = {
    path: '/',
    userName,
    userId: idOf('AIDA', NEW_USER),
    arn: `arn:aws:iam::${ACCOUNT}:user/${NEW_USER}`,
  }
  return [
    tell('13:11:04', 'create-user', {
      ...iam,
      name: 'CreateUser',
      params: { userName },
      response: { user: { ...user, createDate: 'Oct 14, 2026, 1:11:04 PM' } },
    }),
    tell('13:11:09', 'create-access-key', {
      ...iam,
      name: 'CreateAccessKey',
      params: { userName },
      response: {
        accessKey: {
          userName,
          accessKeyId: KEYS.backup,
          status: 'Active',
          createDate: 'Oct 14, 2026, 1:11:09 PM',
        },
      },
    }),
    tell('13:11:15', 'create-login-profile', {
      ...iam,
      name: 'CreateLoginProfile',
      params: { userName, passwordResetRequired: false },
      response: {
        loginProfile: { userName, createDate: 'Oct 14, 2026, 1:11:15 PM', passwordResetRequired: false },
      },
    }),
    tell('13:11:21', 'attach-administrator-policy', {
      ...iam,
      name: 'AttachUserPolicy',
      params: { userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
  ]
}

/** 13:15: the new key works, and the trail is stopped. At 13:41 an administrator starts it again and looks no further. */
const blinding = (tell: Tell, random: Random): Step[] => {
  const mine = { ...FROM, who: BACKUP }
  const restart = consoleCall(random, PEOPLE[0]!, {
    at: RESTARTED,
    source: 'cloudtrail',
    name: 'StartLogging',
    params: { name: TRAIL_ARN },
    id: uuidOf('story/start-logging'),
  })
  return [
    tell('13:15:12', 'new-key-first-use', { ...mine, source: 'sts', name: 'GetCallerIdentity' }),
    tell('13:15:31', 'describe-trails', {
      ...mine,
      source: 'cloudtrail',
      name: 'DescribeTrails',
      params: { includeShadowTrails: true, trailNameList: [] },
    }),
    tell('13:15:48', 'get-trail-status', {
      ...mine,
      source: 'cloudtrail',
      name: 'GetTrailStatus',
      params: { name: TRAIL_ARN },
    }),
    tell('13:16:27', 'stop-logging', {
      ...mine,
      source: 'cloudtrail',
      name: 'StopLogging',
      params: { name: TRAIL },
    }),
    { step: 'start-logging', region: 'us-east-1', event: restart },
  ]
}

/** 13:49: somebody guesses at the console password of a person, gives up, and comes in as the new user, without MFA. */
const consoleVisit = (tell: Tell, random: Random): Step[] => {
  const login = {
    ip: ATTACKER,
    agent: AGENTS.attackerBrowser,
    source: 'signin',
    name: 'ConsoleLogin',
    type: 'AwsConsoleSignIn',
  }
  const extra = {
    LoginTo: 'https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true',
    MobileVersion: 'No',
    MFAUsed: 'No',
  }
  const guess = (time: string, index: number) =>
    tell(time, `failed-login-${index + 1}`, {
      ...login,
      who: {
        type: 'IAMUser',
        principalId: idOf('AIDA', 'ops-console'),
        accountId: ACCOUNT,
        accessKeyId: '',
        userName: 'ops-console',
      },
      extra,
      response: { ConsoleLogin: 'Failure' },
      error: [undefined, 'Failed authentication'],
    })
  const { accessKeyId: _none, ...backup } = BACKUP
  const browsing = iamUser(NEW_USER, temporaryKey(random), {
    sessionContext: { attributes: { creationDate: iso(clock('13:52:31')), mfaAuthenticated: 'false' } },
  })
  const browse = {
    who: browsing,
    ip: ATTACKER,
    agent: AGENTS.attackerBrowser,
    also: { sessionCredentialFromConsole: 'true' },
  }
  return [
    ...['13:49:02', '13:49:33', '13:50:10', '13:50:52', '13:51:37'].map(guess),
    tell('13:52:31', 'console-login-without-mfa', {
      ...login,
      who: backup,
      extra,
      response: { ConsoleLogin: 'Success' },
    }),
    tell('13:53:04', 'console-list-buckets', {
      ...browse,
      source: 's3',
      name: 'ListBuckets',
      params: { Host: 's3.us-east-1.amazonaws.com' },
    }),
    tell('13:53:40', 'console-list-instances', {
      ...browse,
      source: 'ec2',
      name: 'DescribeInstances',
      params: { maxResults: 50, instancesSet: {}, filterSet: {} },
    }),
  ]
}

/** 14:07: the customer exports are fetched by somebody who needs no name. */
const harvest = (tell: Tell, random: Random): Step[] =>
  [1, 2, 3].map((index) => {
    const key = `exports/2026-10-14/customers-00${index}.csv.gz`
    return tell(`14:07:${10 + index * 9}`, `anonymous-download-${index}`, {
      who: { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
      ip: STRANGER,
      agent: 'curl/8.5.0',
      source: 's3',
      name: 'GetObject',
      params: { bucketName: EXPORTS, Host: `${EXPORTS}.s3.amazonaws.com`, key },
      extra: {
        CipherSuite: 'TLS_AES_128_GCM_SHA256',
        bytesTransferredIn: 0,
        'x-amz-id-2': `${random.code(24)}=`,
        bytesTransferredOut: 48213,
      },
      resources: objectResources(key),
      data: true,
    })
  })
