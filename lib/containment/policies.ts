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
  if (!isIamDate(before)) {
    throw new RangeError(
      `aws:TokenIssueTime: expected a date like 2026-11-01T10:00:05Z, found ${JSON.stringify(before)}`,
    )
  }
  const document: Json = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TrailwardenRevokeOlderSessions',
        Effect: 'Deny',
        Action: ['*'],
        Resource: ['*'],
        Condition: { DateLessThan: { 'aws:TokenIssueTime': before } },
      },
    ],
  }
  return JSON.stringify(document)
}

/** AWS's own deny-all policy. */
export const denyAllPolicyArn = (partition: Partition): string =>
  `arn:${partition}:iam::aws:policy/AWSDenyAll`

/** Policies whose attachment is containment itself, ours or AWS's: never detached by a plan. */
export const isContainmentPolicy = (policyArn: string): boolean =>
  /:iam::aws:policy\/AWSDenyAll$/.test(policyArn) || isQuarantinePolicy(policyArn)

/** AWS attaches it when it finds a key in public. A signal: it denies little. */
export const isQuarantinePolicy = (policyArn: string): boolean =>
  /:iam::aws:policy\/AWSCompromisedKeyQuarantine(?:V\d+)?$/.test(policyArn)
