import { isObject } from '../trail/event.ts'
import { escalationsOf } from './escalation.ts'

/** What a policy text in a request allows, as far as detection asks. */
export interface PolicyFacts {
  /** Everyone may, without any condition. */
  readonly public: boolean
  /** Allow on every action and every resource. */
  readonly adminAll: boolean
  /** Deny on every action and every resource, without any condition. */
  readonly denyAll: boolean
  /** Accounts that are named as principals. */
  readonly accounts: readonly string[]
  /** Abilities to take more rights, see escalation.ts. Worked out when asked: few rules do. */
  readonly escalations: () => readonly string[]
}

/** Bounds of the search: hostile requests may be wide, deep or long. */
const MAX_DEPTH = 6
const MAX_OBJECTS = 5000
const MAX_POLICY_CHARS = 1_000_000

/**
 * Reads every IAM policy found in a request: as an object with `Statement`, as JSON text, or URL-encoded JSON text, six
 * levels deep. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export const policyFactsOf = (request: unknown): PolicyFacts => {
  const statements = statementsIn(request)
  const allowed = statements.filter((statement) => statement['Effect'] === 'Allow')
  return {
    public: allowed.some((statement) => isEveryone(statement['Principal']) && !hasCondition(statement)),
    adminAll: allowed.some(isAboutEverything),
    denyAll: statements.some(
      (one) => one['Effect'] === 'Deny' && isAboutEverything(one) && !hasCondition(one),
    ),
    accounts: [...new Set(allowed.flatMap((statement) => accountsOf(statement['Principal'])))],
    escalations: () => escalationsOf(statements),
  }
}

const statementsIn = (request: unknown): readonly Record<string, unknown>[] => {
  const statements: Record<string, unknown>[] = []
  const pending: { value: unknown; depth: number }[] = [{ value: request, depth: 0 }]
  let visited = 0
  for (let next = pending.pop(); next && visited < MAX_OBJECTS; next = pending.pop()) {
    visited++
    const value = typeof next.value === 'string' ? policyText(next.value) : next.value
    if (typeof value !== 'object' || value === null || next.depth > MAX_DEPTH) continue
    if (isObject(value) && Object.hasOwn(value, 'Statement')) {
      statements.push(...oneOrMany(value['Statement']).filter(isObject))
    }
    for (const member of Object.values(value)) {
      if (typeof member === 'object' || typeof member === 'string')
        pending.push({ value: member, depth: next.depth + 1 })
    }
  }
  return statements
}

/** JSON of a text that can be a policy, else `undefined`. */
const policyText = (source: string): unknown => {
  if (source.length > MAX_POLICY_CHARS) return undefined
  try {
    const decoded = /^\s*%7B/i.test(source) ? decodeURIComponent(source.replaceAll('+', ' ')) : source
    return /^\s*\{/.test(decoded) && decoded.includes('Statement') ? JSON.parse(decoded) : undefined
  } catch {
    return undefined
  }
}

const oneOrMany = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const isEveryone = (principal: unknown): boolean =>
  principal === '*' || (isObject(principal) && oneOrMany(principal['AWS']).includes('*'))

const hasCondition = (statement: Record<string, unknown>): boolean =>
  isObject(statement['Condition']) && Object.keys(statement['Condition']).length > 0

const isAboutEverything = (statement: Record<string, unknown>): boolean =>
  oneOrMany(statement['Action']).some((action) => action === '*' || action === '*:*') &&
  oneOrMany(statement['Resource']).includes('*')

const accountsOf = (principal: unknown): readonly string[] =>
  isObject(principal) ? oneOrMany(principal['AWS']).flatMap((one) => accountIn(one) ?? []) : []

/** The account of an ARN, or a bare account id. */
export const accountIn = (principal: unknown): string | undefined =>
  typeof principal === 'string'
    ? (/^(?:arn:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:)?(\d{12})(?::|$)/.exec(principal)?.[1] ?? undefined)
    : undefined
