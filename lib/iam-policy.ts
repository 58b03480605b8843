/**
 * What an IAM policy says about one request. Enough of the language for the policies Trailwarden writes, attaches and runs under: Allow and
 * Deny, (Not)Action, (Not)Resource, conditions on strings, ARNs, dates, booleans and absence. It is the pre-flight of containment: a
 * deny that would not deny is found before it is written.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export interface PolicyDocument {
  readonly Version?: string
  readonly Statement: PolicyStatement | readonly PolicyStatement[]
}

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>
  readonly [element: string]: unknown
}

type Scalar = string | number | boolean
type ConditionValue = Scalar | readonly Scalar[]

export interface PolicyRequest {
  /** `iam:UpdateAccessKey` */
  readonly action: string
  /** ARN, or `*` for calls without one. */
  readonly resource: string
  /** Condition keys; names in any case. Long-term keys have no `aws:TokenIssueTime`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

export type PolicyDecision = 'allowed' | 'denied explicitly' | 'denied implicitly'

/** What applies to a principal: its own policies, and what bounds them. */
export interface PolicySet {
  readonly identity: readonly PolicyDocument[]
  readonly boundary?: PolicyDocument
  /** Service control policies attached to one place of the organization: one of them must allow. */
  readonly scps?: readonly PolicyDocument[]
}

/** Anybody may always ask who he is: no policy denies it. */
const ALWAYS = 'sts:getcalleridentity'

/** The decision of a set of policies on one request: identity policies, boundary and service control policies must each allow, and none deny. Throws `TypeError` on an operator it does not know, rather than guess. */
export const decide = (policies: PolicySet, request: PolicyRequest): PolicyDecision => {
  if (request.action.toLowerCase() === ALWAYS) return 'allowed'
  const { identity, boundary, scps } = policies
  const sets = [identity, ...(boundary ? [[boundary]] : []), ...(scps ? [scps] : [])]
  if (sets.flat().some((document) => matches(document, 'Deny', request))) return 'denied explicitly'
  const allowed = sets.every((set) => set.some((document) => matches(document, 'Allow', request)))
  return allowed ? 'allowed' : 'denied implicitly'
}

/** Has the document a statement of this effect for the request? */
export const matches = (
  { Statement }: PolicyDocument,
  effect: 'Allow' | 'Deny',
  request: PolicyRequest,
): boolean =>
  listOf(Statement).some((statement) => statement.Effect === effect && applies(statement, request))

const applies = (statement: PolicyStatement, request: PolicyRequest): boolean => {
  const { Action, NotAction, Resource, NotResource, Condition } = statement
  if (Action !== undefined && !anyGlob(Action, request.action, true)) return false
  if (NotAction !== undefined && anyGlob(NotAction, request.action, true)) return false
  if (Resource !== undefined && !anyGlob(Resource, request.resource, false)) return false
  if (NotResource !== undefined && anyGlob(NotResource, request.resource, false)) return false
  return Object.entries(Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holds(operator, valuesOf(request, key), listOf(wanted).map(String)),
    ),
  )
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])

const anyGlob = (patterns: string | readonly string[], name: string, anyCase: boolean): boolean =>
  listOf(patterns).some((pattern) => glob(pattern, name, anyCase))

/** `*` and `?` of IAM, and `${*}`, `${?}`, `${$}` for the characters themselves. */
const glob = (pattern: string, name: string, anyCase = false): boolean => {
  const source = pattern
    .split(/\$\{([*?$])\}/)
    .map((part, at) => (at % 2 === 1 ? `\\${part}` : wild(part)))
    .join('')
  return new RegExp(`^${source}$`, anyCase ? 'is' : 's').test(name)
}

const wild = (text: string): string =>
  text
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')

const valuesOf = ({ context = {} }: PolicyRequest, key: string): readonly string[] | undefined => {
  const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase())
  return name === undefined ? undefined : listOf(context[name]!)
}

/** One operator on one key. Absent keys fail, except for negations, `IfExists` and `Null`. */
const holds = (
  operator: string,
  found: readonly string[] | undefined,
  wanted: readonly string[],
): boolean => {
  const [, set, name, ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? []
  if (name === 'Null') return wanted.includes(String(found === undefined))
  const test = OPERATORS[name ?? '']
  if (!test) throw new TypeError(`policy condition: expected an operator that is known, found ${operator}`)
  const variable = wanted.find((want) => /\$\{(?![*?$]\})/.test(want))
  if (variable !== undefined)
    throw new TypeError(`policy condition: expected no policy variable, found ${variable}`)
  // of a key that is not there no value is any value, whatever is asked of it
  if (found === undefined && set === 'ForAnyValue') return false
  if (found === undefined) return ifExists !== undefined || test.negated || set === 'ForAllValues'
  const one = (value: string): boolean =>
    test.negated ? !wanted.some((want) => test.is(value, want)) : wanted.some((want) => test.is(value, want))
  return set === 'ForAllValues' ? found.every(one) : found.some(one)
}

interface Operator {
  readonly negated: boolean
  readonly is: (found: string, wanted: string) => boolean
}

const positive = (is: Operator['is']): Operator => ({ negated: false, is })
const negative = (is: Operator['is']): Operator => ({ negated: true, is })

/** IAM compares ARNs part by part, so a `*` ends at a colon; only the last part holds colons. */
const arnLike = (found: string, wanted: string): boolean => {
  const [have, want] = [arnParts(found), arnParts(wanted)]
  if (want.length < 6) throw new TypeError(`policy condition: expected an ARN of six parts, found ${wanted}`)
  return want.length === have.length && want.every((part, i) => glob(part, have[i]!))
}

const arnParts = (arn: string): readonly string[] => {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

/** A malformed date is no error in IAM: the condition just never matches. */
const dates =
  (is: (found: number, wanted: number) => boolean): Operator['is'] =>
  (found, wanted) => {
    const [a, b] = [timeOf(found), timeOf(wanted)]
    return a !== undefined && b !== undefined && is(a, b)
  }

const timeOf = (text: string): number | undefined => {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

const same = (a: string, b: string) => a === b
const sameAnyCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
const like = (found: string, wanted: string) => glob(wanted, found)

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: positive(same),
  StringNotEquals: negative(same),
  StringEqualsIgnoreCase: positive(sameAnyCase),
  StringNotEqualsIgnoreCase: negative(sameAnyCase),
  StringLike: positive(like),
  StringNotLike: negative(like),
  ArnEquals: positive(arnLike),
  ArnLike: positive(arnLike),
  ArnNotEquals: negative(arnLike),
  ArnNotLike: negative(arnLike),
  Bool: positive(sameAnyCase),
  DateLessThan: positive(dates((a, b) => a < b)),
  DateLessThanEquals: positive(dates((a, b) => a <= b)),
  DateGreaterThan: positive(dates((a, b) => a > b)),
  DateGreaterThanEquals: positive(dates((a, b) => a >= b)),
  DateEquals: positive(dates((a, b) => a === b)),
  NumericLessThan: positive((a, b) => Number(a) < Number(b)),
  NumericLessThanEquals: positive((a, b) => Number(a) <= Number(b)),
  NumericGreaterThan: positive((a, b) => Number(a) > Number(b)),
}
