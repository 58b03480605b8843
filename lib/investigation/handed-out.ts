import { accountOf, at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import { expiryOf } from './expiry.ts'

/** What a call handed out: something that can act by itself afterwards. */
export type NodeKind =
  | 'access-key'
  | 'session'
  | 'user'
  | 'role'
  | 'role-session'
  | 'federated-user'
  | 'password'
  | 'service-credential'
  | 'certificate'
  | 'ssh-key'
  | 'instance'
  | 'function'

/** One thing a successful call handed out, with whoever made the call. */
export interface HandedOut {
  readonly id: string
  readonly kind: NodeKind
  /** Account where it acts. */
  readonly accountId: string
  readonly name: string
  /** `AROA...:name`, `111122223333:name` or `AIDA...` that its events will show. */
  readonly principalId?: string
  readonly roleArn?: string
  /** UTC ISO; nothing for what does not end by itself. */
  readonly expires?: string
  /** Access key id of the caller; empty where the event shows none. */
  readonly byKey: string
  /** Principal id of the caller. */
  readonly byPrincipal: string
  readonly call: string
  readonly time: string
  readonly eventID: string
  readonly region: string
}

type Found = Pick<HandedOut, 'id' | 'kind' | 'name'> &
  Partial<Pick<HandedOut, 'accountId' | 'principalId' | 'roleArn' | 'expires'>>
type Reader = (event: CloudTrailEvent, call: string, time: string) => readonly Found[]

/**
 * Everything a successful event handed out. Denied calls hand out nothing. Ids are taken from `responseElements`, which
 * AWS writes; a name from the request stands only where the answer has none (`CreateLoginProfile`).
 */
export const handedOutBy = (event: CloudTrailEvent): readonly HandedOut[] => {
  if (text(event.errorCode) !== undefined) return []
  const call = (text(event.eventName) ?? '').replace(/\d{8}(?:v\d+)?$/, '')
  const reader = Object.hasOwn(READERS, call) ? READERS[call] : undefined
  const time = text(event.eventTime)
  if (!reader || time === undefined || Number.isNaN(Date.parse(time))) return []
  const who = identityOf(event)
  return reader(event, call, time).map((found) => ({
    accountId: accountOf(event) ?? '',
    ...found,
    byKey: who.accessKeyId,
    byPrincipal: who.principalId,
    call,
    time,
    eventID: text(event.eventID) ?? '',
    region: text(event.awsRegion) ?? '',
  }))
}

const answered = (event: CloudTrailEvent, ...path: readonly string[]): string =>
  text(at(event.responseElements, ...path)) ?? ''
const asked = (event: CloudTrailEvent, ...path: readonly string[]): string =>
  text(at(event.requestParameters, ...path)) ?? ''

const session: Reader = (event, call, time) => {
  const id = answered(event, 'credentials', 'accessKeyId')
  if (id === '') return []
  const ends = at(event.responseElements, 'credentials', 'expiration')
  const expires = expiryOf(call, time, ends, at(event.requestParameters, 'durationSeconds'))
  const roleArn = asked(event, 'roleArn')
  if (roleArn !== '') {
    const principalId = answered(event, 'assumedRoleUser', 'assumedRoleId')
    const accountId = roleArn.split(':')[4] ?? ''
    return [
      {
        id,
        kind: 'session',
        name: asked(event, 'roleSessionName'),
        roleArn,
        expires,
        ...(principalId.includes(':') && { principalId }),
        ...(accountId !== '' && { accountId }),
      },
    ]
  }
  const federated = answered(event, 'federatedUser', 'federatedUserId')
  const principalId = federated === '' ? identityOf(event).principalId : federated
  return [{ id, kind: 'session', name: federated || identityOf(event).name, principalId, expires }]
}

const compute: Reader = (event) => {
  const items = at(event.responseElements, 'instancesSet', 'items')
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown) => {
    const id = text(at(item, 'instanceId'))
    const profile = at(item, 'iamInstanceProfile')
    return id === undefined || profile === undefined ? [] : [{ id, kind: 'instance', name: id } as const]
  })
}

const lambdaFunction: Reader = (event) => {
  const id = answered(event, 'functionArn').replace(/:(?:\$LATEST|\d+)$/, '')
  const [roleArn, name] = [answered(event, 'role'), answered(event, 'functionName')]
  return id === '' || roleArn === '' || name === '' ? [] : [{ id, kind: 'function', name, roleArn }]
}

/** Reads one id of the answer. */
const one =
  (kind: NodeKind, id: readonly string[], name: readonly string[]): Reader =>
  (event) => {
    const found = answered(event, ...id)
    return found === '' ? [] : [{ id: found, kind, name: answered(event, ...name) }]
  }

/** A password is known by its user; the answer carries no unique id. */
const password: Reader = (event) => {
  const name = answered(event, 'loginProfile', 'userName') || asked(event, 'userName')
  return name === '' ? [] : [{ id: `password:${accountOf(event)}:${name}`, kind: 'password', name }]
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html */
const READERS: Readonly<Record<string, Reader>> = {
  AssumeRole: session,
  AssumeRoleWithSAML: session,
  AssumeRoleWithWebIdentity: session,
  AssumeRoot: session,
  GetSessionToken: session,
  GetFederationToken: session,
  GetSigninToken: session,
  CreateAccessKey: one('access-key', ['accessKey', 'accessKeyId'], ['accessKey', 'userName']),
  CreateUser: one('user', ['user', 'userId'], ['user', 'userName']),
  CreateLoginProfile: password,
  UpdateLoginProfile: password,
  CreateServiceSpecificCredential: one(
    'service-credential',
    ['serviceSpecificCredential', 'serviceSpecificCredentialId'],
    ['serviceSpecificCredential', 'userName'],
  ),
  UploadSigningCertificate: one('certificate', ['certificate', 'certificateId'], ['certificate', 'userName']),
  UploadSSHPublicKey: one('ssh-key', ['sSHPublicKey', 'sSHPublicKeyId'], ['sSHPublicKey', 'userName']),
  RunInstances: compute,
  CreateFunction: lambdaFunction,
  UpdateFunctionCode: lambdaFunction,
  UpdateFunctionConfiguration: lambdaFunction,
}
