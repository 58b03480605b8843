import { describe, expect, it } from 'vitest'
import { NO_CONFIG, parseConfig } from '../../lib/detection/config.ts'

const GOOD = `knownAccounts: [111122223333, '444455556666']
protectedPrincipals:
  - arn:aws:iam::*:role/BreakGlass
shadow: [iam-user-created]
packs: [cis]
attempts: true
placeholders:
  countries: [DE, CH]
suppressions:
  - rule: iam-user-created
    actor: arn:aws:iam::111122223333:role/onboarding
    account: 111122223333
    sourceIp: [192.0.2.0/24, '2001:db8::1']
    owner: people team
    reason: accounts of new colleagues
    until: 2026-12-31
automatic: [deny-role, revoke-role-sessions]
owner: security@example.com
budget: {perHour: 20, reserved: 5}
organization:
  managementAccountId: 444455556666
  exempt: ['arn:aws:iam::*:role/BreakGlass']
`

describe('trailwarden.yml', () => {
  it('is read with its numbers and days as texts', () => {
    expect(parseConfig('trailwarden.yml', GOOD)).toEqual({
      knownAccounts: ['111122223333', '444455556666'],
      protectedPrincipals: ['arn:aws:iam::*:role/BreakGlass'],
      breakGlass: [],
      shadow: ['iam-user-created'],
      packs: ['cis'],
      attempts: true,
      placeholders: { countries: ['DE', 'CH'] },
      automatic: ['deny-role', 'revoke-role-sessions'],
      networkDatabases: [],
      knownNetworks: [],
      owner: 'security@example.com',
      budget: { perHour: 20, reserved: 5 },
      organization: { managementAccountId: '444455556666', exempt: ['arn:aws:iam::*:role/BreakGlass'] },
      suppressions: [
        {
          rule: 'iam-user-created',
          actor: 'arn:aws:iam::111122223333:role/onboarding',
          account: '111122223333',
          sourceIp: ['192.0.2.0/24', '2001:db8::1'],
          owner: 'people team',
          reason: 'accounts of new colleagues',
          until: '2026-12-31',
        },
      ],
    })
  })

  it('takes ways back in by their full ARN only: a pattern names nobody who can be looked at', () => {
    const of = (arn: string) => parseConfig('t.yml', `breakGlass: ['${arn}']`).breakGlass
    expect(of('arn:aws:iam::111122223333:role/ops/BreakGlass')).toHaveLength(1)
    expect(() => of('arn:aws:iam::*:role/BreakGlass')).toThrow(
      'breakGlass: expected full ARNs of IAM users or roles',
    )
  })

  it('names databases of networks, and networks by address, range or provider', () => {
    const { networkDatabases, knownNetworks } = parseConfig(
      't.yml',
      "networkDatabases: [geo/City.mmdb]\nknownNetworks: [192.0.2.1, 198.51.100.0/24, '2001:db8::/32', AS64496]",
    )
    expect(networkDatabases).toEqual(['geo/City.mmdb'])
    expect(knownNetworks).toEqual(['192.0.2.1', '198.51.100.0/24', '2001:db8::/32', 'AS64496'])
    for (const wrong of ['office', '192.0.2.0/33', 'AS', 'AS0', '64496x']) {
      expect(() => parseConfig('t.yml', `\nknownNetworks: ['${wrong}']`)).toThrow(
        `t.yml:2: knownNetworks: expected addresses, networks or providers such as AS64496, found "${wrong}"`,
      )
    }
  })

  it('may be empty', () => {
    expect(parseConfig('t.yml', '')).toEqual(NO_CONFIG)
    expect(parseConfig('t.yml', '# nothing yet\nsuppressions:\n')).toEqual(NO_CONFIG)
  })

  it('takes a budget without a reserve, and an organization that exempts nobody', () => {
    expect(parseConfig('t.yml', 'budget: {perHour: 4}').budget).toEqual({ perHour: 4, reserved: 0 })
    expect(parseConfig('t.yml', 'organization: {managementAccountId: 444455556666}').organization).toEqual({
      managementAccountId: '444455556666',
      exempt: [],
    })
  })

  it.each<[string, string, RegExp]>([
    [
      'an action that is none',
      'automatic: [Deny Role]',
      /automatic: expected types of actions such as deny-role, found "Deny Role"/,
    ],
    ['an owner that is a list', 'owner: [a, b]', /owner: expected a text, found (?:a list|an array)/],
    ['a budget that is a number', 'budget: 5', /^t\.yml:1: budget: expected a map/],
    [
      'a budget without its number',
      'budget: {reserved: 1}',
      /budget\.perHour: expected a whole number from 0 to 1000, found "nothing"/,
    ],
    [
      'a reserve above the budget',
      'budget: {perHour: 2, reserved: 3}',
      /budget\.reserved: expected a whole number from 0 to 2, found "3"/,
    ],
    [
      'a budget per day',
      'budget: {perHour: 2, perDay: 3}',
      /budget: unknown key perDay; expected perHour, reserved/,
    ],
    [
      'an organization without its account',
      'organization: {exempt: []}',
      /managementAccountId: expected 12 digits, found nothing/,
    ],
    [
      'an exemption for everybody',
      "organization: {managementAccountId: '444455556666', exempt: ['*']}",
      /organization\.exempt: expected patterns over ARNs of IAM principals, found "\*"/,
    ],
    ['an unknown key', 'knownAcounts: []', /^t\.yml:1: unknown key knownAcounts; expected knownAccounts/],
    [
      'a short account',
      'shadow: []\nknownAccounts: [12]',
      /^t\.yml:2: knownAccounts: expected accounts of 12 digits, found "12"/,
    ],
    ['no list', 'shadow: {a: b}', /shadow: expected a list, found/],
    ['a list', '- a', /expected a map, found a list of 1/],
    ['a flag that is none', 'attempts: maybe', /attempts: expected true or false, found "maybe"/],
    [
      'no owner',
      GOOD.replace(/ {4}owner.*\n/, ''),
      /^t\.yml:10: suppression 1: owner: expected a text, found none/,
    ],
    ['no reason', GOOD.replace(/ {4}reason.*\n/, ''), /reason: expected a text/],
    ['no end', GOOD.replace(/ {4}until.*\n/, ''), /until: expected a text/],
    ['no rule', GOOD.replace('rule: iam-user-created', 'owners: x'), /unknown key owners/],
    [
      'an end that is no day',
      GOOD.replace('2026-12-31', '2026-13-01'),
      /until: expected a day such as 2026-12-31/,
    ],
    ['an open end', GOOD.replace('2026-12-31', 'forever'), /until: expected a day/],
    [
      'a network that is none',
      GOOD.replace('192.0.2.0/24', '192.0.2.0/99'),
      /sourceIp: expected addresses or networks/,
    ],
    ['broken YAML', 'shadow: [', /^t\.yml:1: not valid YAML/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => parseConfig('t.yml', text)).toThrow(message)
  })
})
