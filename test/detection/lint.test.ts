import { describe, expect, it } from 'vitest'
import { lintRules } from '../../lib/detection/lint.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const lint = (selection: string, rest = '') => {
  const text = `title: t\nname: t\nlogsource: {product: aws}\ndetection:\n  s: ${selection}\n  condition: s\n${rest}`
  const { rules, rejected } = loadRules([{ path: 'r.yml', text }])
  expect(rejected).toEqual([])
  return lintRules(rules)
}

const errors = (selection: string) =>
  lint(selection)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message}`)

describe('linting rules', () => {
  it.each<[string, RegExp]>([
    ['{status: success}', /unknown-field: s: status: CloudTrail has no such field/],
    ['{userIdentity.name: x}', /unknown-field/],
    ['{eventname: StopLogging}', /unknown-field/],
    ['{sourceIPAddress.x: y}', /unknown-field/],
    ['{errorCode: Success}', /impossible-value: s: errorCode: "Success" cannot occur; expected a failure/],
    ['{eventSource: iam}', /impossible-value.*a service such as/],
    ['{userIdentity.type: User}', /impossible-value.*IAMUser/],
    ['[{eventCategory: data}, {eventCategory: Write}]', /"Write" cannot occur/],
    ['{readOnly: yes!}', /true or false/],
    ['{recipientAccountId: 1234}', /12 digits/],
  ])('finds what cannot match: %s', (selection, expected) => {
    const found = errors(selection)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it.each([
    '{requestParameters.anything.at.all: x}',
    '{userIdentity.sessionContext.sessionIssuer.arn: x}',
    '{userIdentity: x}',
    "{eventSource: 'iam.*'}",
    '{errorCode: null}',
    '{errorCode|contains: ok}',
    '{eventSource|endswith: .amazonaws.com}',
    '{ct.success: true}',
    '[word, other]',
  ])('has nothing against %s', (selection) => {
    expect(errors(selection)).toEqual([])
  })

  it.each([
    ['{eventSource: ec2.amazonaws.com, eventName: CreateUser}', 'CreateUser is a call of iam'],
    [
      '{eventSource: iam.amazonaws.com, eventName: [CreateUser, StopLogging]}',
      'StopLogging is a call of cloudtrail',
    ],
    ['[{eventSource: s3.amazonaws.com, eventName: assumerole}]', 'assumerole is a call of sts'],
  ])('warns of a call of another service: %s', (selection, expected) => {
    const found = lint(selection).filter(({ code }) => code === 'other-service')
    expect(found.map(({ severity }) => severity)).toEqual(['warning'])
    expect(found[0]!.message).toContain(expected)
  })

  it.each([
    '{eventSource: iam.amazonaws.com, eventName: CreateUser}',
    '{eventSource: lambda.amazonaws.com, eventName: CreateFunction20150331}',
    '{eventSource: s3.amazonaws.com, eventName: NobodyKnowsThisCall}',
    '{eventSource: [iam.amazonaws.com, sts.amazonaws.com], eventName: AssumeRole}',
    '{eventSource: unheard.amazonaws.com, eventName: CreateUser}',
    "{eventSource: iam.amazonaws.com, eventName: 'Stop*'}",
  ])('does not warn of %s', (selection) => {
    expect(lint(selection).filter(({ code }) => code === 'other-service')).toEqual([])
  })

  it('warns of no call of a shipped rule', () => {
    const found = lintRules(loadRules(shippedRuleFiles()).rules).filter(
      ({ code }) => code === 'other-service',
    )
    expect(found).toEqual([])
  })

  it('says what a rule does not say about itself', () => {
    expect(
      lint('{a.b: x}')
        .map(({ code }) => code)
        .sort(),
    ).toEqual([
      'no-case',
      'no-description',
      'no-event-name',
      'no-false-positives',
      'no-level',
      'no-silent-case',
      'no-technique',
      'unknown-field',
    ])
  })

  it('finds no error in shipped rules, and warns of those alone that cost every event', () => {
    const found = lintRules(loadRules(shippedRuleFiles()).rules)
    expect(found.map(({ rule, code }) => `${rule} ${code}`)).toEqual([
      'api-attack-tool-used no-event-name',
      'e1cf8d17-8851-44c1-8fb5-d882f9e8b848 no-event-name',
      'iam-root-used no-event-name',
    ])
  })
})
