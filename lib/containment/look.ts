import type { ApiCall, Check, Json } from '../action.ts'
import type { ApiAnswer, Responder } from '../ports.ts'
import { sameJson, search, Unresolved, withAnswers } from './resolve.ts'

/** How operations that change nothing are called. */
const READS = /^(?:Get|List|Describe|Head|Lookup|BatchGet|Simulate)[A-Z]/
/** They hand out credentials or secrets, whatever they are called. */
const NEVER = /^(?:GetSessionToken|GetFederationToken|GetSecretValue|GetPasswordData|GetAuthorizationToken)$/

/** Does the operation only read? */
export const isReading = ({ operation }: ApiCall): boolean => READS.test(operation) && !NEVER.test(operation)

/** Errors that say nothing about the state: it could not be read. */
const BLIND =
  /AccessDenied|TooManyPages|Unauthorized|NotAuthorized|OptInRequired|Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|InternalFailure|InternalError|InternalServer|Timeout|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|Validation|MalformedInput|InvalidParameter/

/** Is the answer an error that leaves the state unknown? */
export const isBlind = (answer: ApiAnswer): answer is Extract<ApiAnswer, { error: string }> =>
  'error' in answer && BLIND.test(answer.error)

/** What a check found. `unknown`: the state could not be read, or depends on a call that was not made. */
export interface Look {
  readonly holds: 'yes' | 'no' | 'unknown'
  readonly found: Json
}

/** Does the answer meet the check? */
export const judge = (check: Check, answer: ApiAnswer): Look => {
  if (!('error' in answer)) {
    const found = search(answer.output, check.query)
    return { holds: sameJson(found, check.equals) ? 'yes' : 'no', found }
  }
  const found = { error: answer.error }
  if (check.orErrors?.includes(answer.error)) return { holds: 'yes', found }
  return { holds: isBlind(answer) ? 'unknown' : 'no', found }
}

/**
 * Makes the reading call of a check and judges the answer. `calls`: answers of the changing calls it may refer to; while one is missing
 * the check does not hold. Throws when no answer came.
 */
export const look = async (
  check: Check,
  responder: Responder,
  calls: readonly (Json | undefined)[] = [],
): Promise<Look> => {
  let asked: Check
  try {
    asked = {
      ...check,
      call: { ...check.call, input: withAnswers(check.call.input, calls) },
      equals: withAnswers(check.equals, calls),
    }
  } catch (error) {
    if (error instanceof Unresolved) return { holds: 'no', found: null }
    throw error
  }
  if (!isReading(asked.call)) throw new RangeError(`${asked.call.operation}: a check may only read`)
  return judge(asked, await responder.call(asked.call))
}

/** All checks together: `no` as soon as one does not hold, else `unknown` if one could not be read. No check holds: `unknown`. */
export const lookAtAll = async (
  checks: readonly Check[],
  responder: Responder,
  calls: readonly (Json | undefined)[] = [],
): Promise<{ readonly holds: Look['holds']; readonly looks: readonly Look[] }> => {
  const looks: Look[] = []
  for (const check of checks) looks.push(await look(check, responder, calls))
  const holds = looks.some((one) => one.holds === 'no')
    ? 'no'
    : looks.length === 0 || looks.some((one) => one.holds === 'unknown')
      ? 'unknown'
      : 'yes'
  return { holds, looks }
}
