import type { Finding } from '../finding.ts'
import { accountOf, at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'
import type { VerdictStatus } from '../verdict.ts'
import { type Checked, isShaped, lastOf, type Partition, parseArn, partitionOfRegion, shaped } from './ids.ts'
import { isContainmentPolicy } from './policies.ts'
import { isRoot, type Subject, subjectOf } from './subject.ts'

/**
 * What a plan refuses, and why. The guard is pure: every refusal is a sentence a person can check against the event.
 */

/** Roles that belong to AWS, to IAM Identity Center or to the way back into the account: never contained. */
const UNTOUCHABLE: readonly { readonly pattern: string; readonly what: string }[] = [
  { pattern: '*:role/aws-service-role/*', what: 'a service-linked role: IAM refuses changes to it' },
  {
    pattern: '*AWSReservedSSO_*',
    what: 'a role of IAM Identity Center: act on the user or the permission set there',
  },
  { pattern: '*:role/aws-reserved/*', what: 'a role reserved for an AWS service: IAM refuses changes to it' },
  { pattern: '*:role/OrganizationAccountAccessRole', what: "the organization's way into this account" },
  { pattern: '*:role/AWSControlTowerExecution', what: "AWS Control Tower's way into this account" },
]

/** Errors that say the signature was not accepted: the identity in such an event proved nothing. */
const NOT_AUTHENTICATED =
  /^(?:AuthFailure|ExpiredToken(?:Exception)?|IncompleteSignature(?:Exception)?|InvalidAccessKeyId|InvalidClientTokenId|InvalidSignature(?:Exception)?|MissingAuthenticationToken(?:Exception)?|RequestExpired|SignatureDoesNotMatch|UnrecognizedClient(?:Exception)?)$/

/**
 * Why nothing may be done on this finding's evidence, or `undefined`. A log file that was changed, or that no digest
 * lists, may have been planted to make us contain somebody; anything short of that is left to `evidenceOf`.
 */
export const refuseEvidence = (
  finding: Finding,
  verdicts: ReadonlyMap<string, VerdictStatus> | undefined,
): string | undefined => {
  const verdict = verdicts?.get(finding.source.key)
  if (verdict === 'modified') return `the log file ${finding.source.key} was modified after delivery`
  if (verdict === 'unlisted')
    return `the log file ${finding.source.key} is in no digest: it may have been planted`
  return undefined
}

/** Is the event in a log file that a signed digest covers? */
export const isProven = (
  finding: Finding,
  verdicts: ReadonlyMap<string, VerdictStatus> | undefined,
): boolean => verdicts?.get(finding.source.key) === 'valid'

/** Did the call take effect? A failed sign-in has no errorCode, only an errorMessage. */
export const hasSucceeded = (event: CloudTrailEvent): boolean =>
  (event.errorCode ?? '') === '' && (event.errorMessage ?? '') === '' && !isFailedSignIn(event)

const isSignIn = (event: CloudTrailEvent): boolean => event.eventSource === 'signin.amazonaws.com'

const isFailedSignIn = (event: CloudTrailEvent): boolean =>
  isSignIn(event) && at(event.responseElements, String(event.eventName)) !== 'Success'

/**
 * Who to contain, or why nobody: root, AWS services, identities that the event did not authenticate, callers of
 * another account, roles that are not ours to change, and the owner's protected principals.
 */
export const guardActor = (
  event: CloudTrailEvent,
  protectedPrincipals: readonly string[],
): Checked<Subject> => {
  const reason = refuseCaller(event) ?? refuseResponder(event)
  if (reason) return { reason }
  const subject = subjectOf(event)
  if ('reason' in subject) return subject
  const { arn, id, accessKeyId } = subject.value
  const session = identityOf(event).arn
  const objection = refusePrincipal([arn, id, accessKeyId, session], protectedPrincipals)
  return objection ? { reason: objection } : subject
}

const refuseCaller = (event: CloudTrailEvent): string | undefined => {
  const who = identityOf(event)
  if (isRoot(event)) return 'the actor is root: no IAM policy contains root, people must act'
  if (who.type === 'AWSService')
    return `the actor is the AWS service ${shown(who.invokedBy)}, not an identity of this account`
  const recipient = accountOf(event)
  if (!isShaped('account id', recipient))
    return `recipientAccountId: expected 12 digits, found ${shown(recipient)}`
  if (!isShaped('account id', who.accountId)) {
    return `userIdentity.accountId: expected 12 digits, found ${shown(who.accountId)}`
  }
  if (who.accountId !== recipient) {
    return `the actor belongs to account ${shown(who.accountId)}, the event to ${recipient}: contain it in its own account`
  }
  return refuseUnauthenticated(event)
}

/** Whoever attaches a deny-all or quarantine policy is most likely containing somebody: AWS, or a colleague. */
const refuseResponder = (event: CloudTrailEvent): string | undefined => {
  const policyArn = text(at(event.requestParameters, 'policyArn'))
  const attaches = event.eventName === 'AttachUserPolicy' || event.eventName === 'AttachRolePolicy'
  return attaches && policyArn !== undefined && isContainmentPolicy(policyArn)
    ? `the event attaches ${lastOf(policyArn)}: its caller is containing somebody, judge it by hand`
    : undefined
}

/** Why the caller proved nothing, or `undefined`. Anyone can make an event that names anyone: a failed sign-in is enough. */
export const refuseUnauthenticated = (event: CloudTrailEvent): string | undefined => {
  const { accessKeyId, name } = identityOf(event)
  if (name === 'HIDDEN_DUE_TO_SECURITY_REASONS')
    return 'the event hides the user name: nobody was authenticated'
  if (isSignIn(event)) {
    return hasSucceeded(event)
      ? undefined
      : 'the sign-in failed: the event proves nothing about the named identity'
  }
  if (accessKeyId === '') return 'the event has no accessKeyId: the named identity did not authenticate'
  const error = text(event.errorCode) ?? ''
  return NOT_AUTHENTICATED.test(error.replace(/^Client\./, ''))
    ? `the call failed with ${error}: its signature was not accepted`
    : undefined
}

/**
 * Why a principal may not be contained, or `undefined`. `names` are all the ways it is known: ARN, unique id, access
 * key id. Where an ARN's path is unknown, say so with `pathless`: then a protected ARN counts with and without its path.
 */
export const refusePrincipal = (
  names: readonly string[],
  protectedPrincipals: readonly string[],
  pathless = false,
): string | undefined => {
  const known = names.filter((name) => name !== '')
  const untouchable = UNTOUCHABLE.find(({ pattern }) => known.some((name) => matchesGlob(pattern, name)))
  if (untouchable) return `${untouchable.what}`
  const protecting = protectedPrincipals.find((pattern) =>
    known.some((name) => matchesGlob(pattern, name) || (pathless && matchesGlob(withoutPath(pattern), name))),
  )
  return protecting === undefined ? undefined : `protected by the owner's configuration: ${protecting}`
}

/** Is the actor on the owner's list? Then its change is not undone without asking. */
export const isProtectedActor = (event: CloudTrailEvent, protectedPrincipals: readonly string[]): boolean => {
  const { arn, principalId, issuerId, accessKeyId, actor } = identityOf(event)
  const known = [arn, principalId, issuerId, accessKeyId, actor].filter((name) => name !== '')
  return protectedPrincipals.some((pattern) => known.some((name) => matchesGlob(pattern, name)))
}

/** Where an object lives: the account and Region that delivered a successful event about it. */
export interface Scope {
  readonly partition: Partition
  readonly accountId: string
  readonly region: string
}

/** The place of the object an event changed, or why nothing may be done to it. */
export const guardObject = (event: CloudTrailEvent): Checked<Scope> => {
  if (!hasSucceeded(event)) {
    return {
      reason: `the call failed (${shown(event.errorCode ?? event.errorMessage)}): nothing was changed`,
    }
  }
  const accountId = shaped('account id', accountOf(event), 'recipientAccountId')
  if ('reason' in accountId) return accountId
  const region = shaped('Region', event.awsRegion, 'awsRegion')
  if ('reason' in region) return region
  const partition = parseArn(event.userIdentity?.arn)?.partition ?? partitionOfRegion(region.value)
  return { value: { partition, accountId: accountId.value, region: region.value } }
}

/** Glob with `*` (anything, `/` and `:` too) and `?` (one character). Linear in practice, no backtracking explosion. */
export const matchesGlob = (pattern: string, name: string): boolean => {
  let p = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

const withoutPath = (arn: string): string => arn.replace(/:(user|role|group)\/.*\//, ':$1/')

const shown = (value: unknown): string =>
  value === undefined || value === '' ? 'nothing' : (JSON.stringify(value)?.slice(0, 90) ?? 'nothing')
