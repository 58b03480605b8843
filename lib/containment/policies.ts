import type { Json } from '../action.ts'
import type { Partition } from './ids.ts'

/** A malformed date in a policy is no error in IAM: the condition just never matches. So ours is checked here. */
const IAM_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** Seconds a revocation reaches past the plan: a session issued in the very second of T would not be denied. */
const REACH_SECONDS = 5

/** Is it a whole-second UTC date that exists? */
export const isIamDate = (date: string): boolean => {
  if (!IAM_DATE.test(date)) return false
  const time = Date.parse(date)
  return !Number.isNaN(time) && new Date(time).toISOString() === date.replace('Z', '.000Z')
}

/** T of a revocation: `now` plus five seconds, rounded up to a whole second. Throws `RangeError` on a bad `now`. */
export const revocationTime = (now: string): string => {
  const time = Date.parse(now)
  if (Number.isNaN(time) || !/^\d{4}-.*(Z|[+-]\d{2}:\d{2})$/.test(now)) {
    throw new RangeError(`now: expected a UTC ISO 8601 time, found ${JSON.stringify(now)}`)
  }
  const seconds = Math.ceil(time / 1000) + REACH_SECONDS
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/**
 * Denies everything to temporary credentials issued before T. Long-term keys carry no aws:TokenIssueTime, so the
 * condition does not touch them. Throws `RangeError` when T is no date IAM understands.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export const denyOlderSessions = (before: string): string => {
  return documentOf({
    Sid: 'TrailwardenRevokeOlderSessions',
    ...EVERYTHING,
    Condition: { DateLessThan: { 'aws:TokenIssueTime': iamDate(before) } },
  })
}

const iamDate = (date: string): string => {
  if (isIamDate(date)) return date
  throw new RangeError(
    `aws:TokenIssueTime: expected a date like 2026-11-01T10:00:05Z, found ${JSON.stringify(date)}`,
  )
}

/** One statement as a policy document. Ours are objects made into JSON, never text put together. */
const documentOf = (statement: Json): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] })

const EVERYTHING = { Effect: 'Deny', Action: ['*'], Resource: ['*'] } as const

/** Denies everything, for where AWSDenyAll cannot be attached. */
export const DENY_ALL = documentOf({ Sid: 'TrailwardenDenyAll', ...EVERYTHING })

/**
 * Denies everything to the sessions of one name that were issued before T. `userId` is `AROA...:session name`; compared letter by
 * letter, so that no name is a pattern. Throws `RangeError` when T is no date IAM understands.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-userid
 */
export const denySession = (userId: string, before: string): string =>
  documentOf({
    Sid: 'TrailwardenDenySession',
    ...EVERYTHING,
    Condition: {
      StringEquals: { 'aws:userid': userId },
      DateLessThan: { 'aws:TokenIssueTime': iamDate(before) },
    },
  })

/**
 * Denies everything to the credentials that one instance got from its role, wherever they are used.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2-source-instance-arn
 */
export const denyInstance = (instanceArn: string): string =>
  documentOf({
    Sid: 'TrailwardenDenyInstance',
    ...EVERYTHING,
    Condition: { ArnEquals: { 'ec2:SourceInstanceARN': instanceArn } },
  })

/** A trust policy that lets nobody assume the role. */
export const TRUST_NOBODY = documentOf({
  Sid: 'TrailwardenTrustFreeze',
  Effect: 'Deny',
  Principal: '*',
  Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
})

/**
 * Service control policy that denies everything to one principal of the accounts it is attached to. A path may hold what means something in a
 * policy (`$`, `*`, `?`); it is written as the character it is.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 */
export const denyPrincipal = (principal: string): string => {
  const arn = principal.replaceAll(/[*?$]/g, (character) => `\${${character}}`)
  return documentOf({
    Sid: 'TrailwardenQuarantine',
    ...EVERYTHING,
    Condition: { ArnEquals: { 'aws:PrincipalArn': arn } },
  })
}

/** Service control policy that denies everything to everybody but `exempt`. */
export const denyEverybodyBut = (exempt: readonly string[]): string =>
  documentOf({
    Sid: 'TrailwardenQuarantine',
    ...EVERYTHING,
    Condition: { ArnNotLike: { 'aws:PrincipalArn': exempt } },
  })

/**
 * Service control policy that denies everything to one person of IAM Identity Center.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/condition-context-keys-sts-idc.html
 */
export const denyWorkforceUser = (userId: string): string =>
  documentOf({
    Sid: 'TrailwardenQuarantine',
    ...EVERYTHING,
    Condition: { StringEquals: { 'identitystore:UserId': userId } },
  })

/** AWS's own deny-all policy. */
export const denyAllPolicyArn = (partition: Partition): string =>
  `arn:${partition}:iam::aws:policy/AWSDenyAll`

/** Policies whose attachment is containment itself, ours or AWS's: never detached by a plan. */
export const isContainmentPolicy = (policyArn: string): boolean =>
  /:iam::aws:policy\/AWSDenyAll$/.test(policyArn) || isQuarantinePolicy(policyArn)

/** AWS attaches it when it finds a key in public. A signal: it denies little. */
export const isQuarantinePolicy = (policyArn: string): boolean =>
  /:iam::aws:policy\/AWSCompromisedKeyQuarantine(?:V\d+)?$/.test(policyArn)
