import { describe, expect, it } from 'vitest'
import { decide, type PolicySet, type PolicyStatement } from '../lib/iam-policy.ts'

const ALLOW_ALL: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' }
const KEY = 'arn:aws:iam::111122223333:user/eve'
const USER = 'arn:aws:iam::111122223333:user/eve'

const decided = (
  statements: readonly PolicyStatement[],
  context: Record<string, string | string[]> = {},
  action = 'iam:UpdateAccessKey',
  more: Partial<PolicySet> = {},
) => decide({ identity: [{ Statement: statements }], ...more }, { action, resource: KEY, context })

describe('a policy', () => {
  it('denies what nobody allows, and what anybody denies', () => {
    expect(decided([])).toBe('denied implicitly')
    expect(decided([ALLOW_ALL])).toBe('allowed')
    expect(decided([ALLOW_ALL, { ...ALLOW_ALL, Effect: 'Deny' }])).toBe('denied explicitly')
  })

  it('is bounded by its boundary and by the service control policies', () => {
    const reads = { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } } as const
    const all = { Statement: ALLOW_ALL }
    expect(decided([ALLOW_ALL], {}, 'iam:GetUser', { boundary: reads })).toBe('denied implicitly')
    expect(decided([ALLOW_ALL], {}, 's3:GetObject', { boundary: reads })).toBe('allowed')
    expect(decided([ALLOW_ALL], {}, 's3:PutObject', { scps: [reads] })).toBe('denied implicitly')
    expect(decided([ALLOW_ALL], {}, 's3:PutObject', { scps: [all, reads] })).toBe('allowed')
  })

  it.each<[string, Omit<PolicyStatement, 'Effect'>, boolean]>([
    ['an action in another case', { Action: 'IAM:updateaccesskey', Resource: '*' }, true],
    ['a prefix of actions', { Action: 'iam:Update*', Resource: '*' }, true],
    ['another prefix', { Action: 'iam:Delete*', Resource: '*' }, false],
    ['everything but this action', { NotAction: 'iam:Update*', Resource: '*' }, false],
    ['everything but another action', { NotAction: 'iam:Delete*', Resource: '*' }, true],
    ['this resource', { Action: '*', Resource: USER }, true],
    ['a resource of another account', { Action: '*', Resource: 'arn:aws:iam::444455556666:user/*' }, false],
    ['every resource but this', { Action: '*', NotResource: 'arn:aws:iam::*:user/*' }, false],
    ['a dot is a dot', { Action: '*', Resource: 'arn.aws.iam::111122223333:user/eve' }, false],
    [
      'a question mark is one character',
      { Action: '*', Resource: 'arn:aws:iam::111122223333:user/ev?' },
      true,
    ],
  ])('applies to %s: %j is %s', (_what, statement, applies) => {
    expect(decided([{ Effect: 'Allow', ...statement }])).toBe(applies ? 'allowed' : 'denied implicitly')
  })

  it.each<[string, Record<string, string | string[]>, PolicyStatement['Condition'], boolean]>([
    ['a key in another case', { 'AWS:UserId': 'a' }, { StringEquals: { 'aws:userid': 'a' } }, true],
    ['one of several values', { k: 'b' }, { StringEquals: { k: ['a', 'b'] } }, true],
    ['an absent key', {}, { StringEquals: { k: 'a' } }, false],
    ['an absent key, negated', {}, { StringNotEquals: { k: 'a' } }, true],
    ['an absent key, if it exists', {}, { StringEqualsIfExists: { k: 'a' } }, true],
    ['none of several, negated', { k: 'b' }, { StringNotEquals: { k: ['a', 'b'] } }, false],
    ['two operators, one fails', { k: 'a' }, { StringEquals: { k: 'a' }, Null: { k: 'true' } }, false],
    ['absence asked for', {}, { Null: { k: 'true' } }, true],
    ['a pattern', { k: 'role/x' }, { StringLike: { k: 'role/*' } }, true],
    ['a pattern where none is meant', { k: 'role/x' }, { StringEquals: { k: 'role/*' } }, false],
    ['an ARN', { k: USER }, { ArnLike: { k: 'arn:aws:iam::*:user/*' } }, true],
    ['an ARN whose star ends at a colon', { k: USER }, { ArnLike: { k: 'arn:aws:iam:*:user/eve:x' } }, false],
    ['one of the values, any', { k: ['x', 'a'] }, { 'ForAnyValue:StringEquals': { k: 'a' } }, true],
    ['one of the values, all', { k: ['x', 'a'] }, { 'ForAllValues:StringEquals': { k: 'a' } }, false],
    ['earlier', { k: '2026-11-01T10:00:00Z' }, { DateLessThan: { k: '2026-11-01T10:00:01Z' } }, true],
    [
      'the same second',
      { k: '2026-11-01T10:00:01Z' },
      { DateLessThan: { k: '2026-11-01T10:00:01Z' } },
      false,
    ],
    [
      'another zone',
      { k: '2026-11-01T11:59:59+02:00' },
      { DateLessThan: { k: '2026-11-01T10:00:00Z' } },
      true,
    ],
    ['no date', { k: '2026-11-01T10:00:00Z' }, { DateLessThan: { k: 'tomorrow' } }, false],
    ['true', { k: 'true' }, { Bool: { k: 'true' } }, true],
    ['a number', { k: '5' }, { NumericLessThan: { k: '6' } }, true],
  ])('with a condition on %s', (_what, context, Condition, applies) => {
    expect(decided([{ ...ALLOW_ALL, Condition: Condition! }], context)).toBe(
      applies ? 'allowed' : 'denied implicitly',
    )
  })

  it('is not guessed at where an operator is unknown', () => {
    expect(() => decided([{ ...ALLOW_ALL, Condition: { IpAddress: { k: '192.0.2.0/24' } } }])).toThrow(
      /expected an operator that is known, found IpAddress/,
    )
  })

  it('lets everybody ask who he is', () => {
    expect(decided([{ ...ALLOW_ALL, Effect: 'Deny' }], {}, 'sts:GetCallerIdentity')).toBe('allowed')
  })
})

describe('conditions that other evaluators take otherwise', () => {
  const denied = (Condition: Record<string, Record<string, string | string[]>>, context = {}) =>
    decide(
      {
        identity: [
          { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
          { Statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition } },
        ],
      },
      { action: 'iam:ListUsers', resource: '*', context },
    ) === 'denied explicitly'

  it.each(['StringEqualsIfExists', 'StringNotEquals', 'StringNotLikeIfExists', 'ArnNotLike'])(
    'ForAnyValue:%s asks for a value that is there',
    (operator) => {
      const pattern = 'arn:aws:iam::111122223333:role/x'
      expect(denied({ [`ForAnyValue:${operator}`]: { 'aws:TagKeys': pattern } })).toBe(false)
    },
  )

  it('Null takes either of its values', () => {
    expect(denied({ Null: { 'aws:userid': ['true', 'false'] } }, { 'aws:userid': 'x' })).toBe(true)
  })

  it('does not guess what a policy variable or half an ARN stands for', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const variable = { StringEquals: { 'aws:userid': '${aws:userid}' } }
    expect(() => denied(variable, { 'aws:userid': 'x' })).toThrow(/policy variable/)
    const half = { ArnNotLike: { 'aws:PrincipalArn': 'arn:*' } }
    expect(() => denied(half, { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/x' })).toThrow(
      /six parts/,
    )
  })
})
