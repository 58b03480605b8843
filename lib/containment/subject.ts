import { at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import { type Arn, type Checked, isShaped, lastOf, type Partition, parseArn, shaped } from './ids.ts'

/** An identity that IAM can contain, pinned by the unique id the event carries. */
export interface Subject {
  readonly kind: 'user' | 'role'
  /** AIDA... or AROA...; the name alone may belong to somebody else by now. */
  readonly id: string
  readonly name: string
  readonly arn: string
  readonly accountId: string
  readonly partition: Partition
  /** The key the call was signed with; empty for a console sign-in. */
  readonly accessKeyId: string
}

/** Is the caller the account's root user, directly or through a federated session? */
export const isRoot = (event: CloudTrailEvent): boolean => {
  const who = identityOf(event)
  const issuer = at(event.userIdentity, 'sessionContext', 'sessionIssuer', 'type')
  return who.type === 'Root' || issuer === 'Root' || who.arn.endsWith(':root')
}

/**
 * Who to contain, from principalId, accessKeyId and sessionIssuer alone: session names, user agents and the like are
 * chosen by the caller. Answers the reason when the event does not name somebody IAM can contain.
 */
export const subjectOf = (event: CloudTrailEvent): Checked<Subject> => {
  const who = identityOf(event)
  switch (who.type) {
    case 'IAMUser':
      return fromParts(event, 'user', who.principalId, who.arn, event.userIdentity?.userName)
    case 'AssumedRole':
    case 'FederatedUser':
      return fromIssuer(event, who.type)
  }
  return {
    reason: `userIdentity.type ${JSON.stringify(who.type.slice(0, 40))} is no IAM user or role of this account`,
  }
}

const fromIssuer = (event: CloudTrailEvent, type: string): Checked<Subject> => {
  const issuer = (name: string) => at(event.userIdentity, 'sessionContext', 'sessionIssuer', name)
  const expected = type === 'AssumedRole' ? 'Role' : 'IAMUser'
  if (issuer('type') !== expected) {
    return {
      reason: `sessionIssuer.type: expected ${expected} behind ${type}, found ${shown(issuer('type'))}`,
    }
  }
  const id = text(issuer('principalId')) ?? ''
  if (type === 'AssumedRole' && !identityOf(event).principalId.startsWith(`${id}:`)) {
    return {
      reason: `principalId: expected ${shown(id)} and a session name, found ${shown(identityOf(event).principalId)}`,
    }
  }
  return fromParts(event, type === 'AssumedRole' ? 'role' : 'user', id, issuer('arn'), issuer('userName'))
}

const fromParts = (
  event: CloudTrailEvent,
  kind: Subject['kind'],
  principalId: string,
  principalArn: unknown,
  userName: unknown,
): Checked<Subject> => {
  const id = shaped(`${kind} id`, principalId, 'principalId')
  if ('reason' in id) return id
  const arn = parseArn(principalArn)
  if (arn?.service !== 'iam' || !arn.resource.startsWith(`${kind}/`)) {
    return { reason: `arn: expected the ARN of a ${kind}, found ${shown(principalArn)}` }
  }
  const name = shaped(`${kind} name`, lastOf(arn.resource), 'arn')
  if ('reason' in name) return name
  const mismatch = disagreement(event, arn, name.value, userName)
  if (mismatch) return { reason: mismatch }
  const { accountId, partition } = arn
  const accessKeyId = text(event.userIdentity?.accessKeyId) ?? ''
  return {
    value: {
      kind,
      id: id.value,
      name: name.value,
      arn: String(principalArn),
      accountId,
      partition,
      accessKeyId,
    },
  }
}

/** A real event agrees with itself. One that does not was made, not logged. */
const disagreement = (
  event: CloudTrailEvent,
  arn: Arn,
  name: string,
  userName: unknown,
): string | undefined => {
  if (userName !== undefined && userName !== name) {
    return `userName ${shown(userName)} is not the name in the ARN, ${shown(name)}`
  }
  const accountId = event.userIdentity?.accountId
  if (accountId !== arn.accountId)
    return `accountId ${shown(accountId)} is not the account in the ARN, ${arn.accountId}`
  const key = event.userIdentity?.accessKeyId
  if (key !== undefined && key !== '' && !isShaped('access key id', key)) {
    return `accessKeyId: expected AKIA... or ASIA..., found ${shown(key)}`
  }
  return undefined
}

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 90) ?? 'nothing')
