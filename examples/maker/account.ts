import type { AccountState, SimulatedPrincipal } from '../../lib/local/simulated-account/state.ts'
import { ACCOUNT, EXPORTS, KEYS, OUTSIDE, SSO_ADMIN, THINGS, TRAIL, TRAIL_ARN } from './company.ts'
import { clock, idOf, iso } from './event.ts'
import { NEW_USER, type Step } from './tell.ts'

/** The account as the incident left it, for the simulated account of `trailwarden contain demo`. */
export interface ExampleAccount {
  /** When the containment begins, UTC ISO: five minutes after the last event. */
  readonly time: string
  readonly account: AccountState
  /** Who signs with which key. Signatures are not checked in a simulated account, so there are no secrets. */
  readonly keys: {
    readonly stolen: string
    readonly attackers: string
    readonly responder: string
    readonly approver: string
  }
  readonly breakGlass: string
}

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
const RESPONDER = 'ASIAEXAMPLERESPOND01'
const APPROVER = 'ASIAEXAMPLEMARIA0001'

/** What the CI user may: enough to make somebody an administrator, which is how the incident went. */
const CI_POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['iam:*User*', 'iam:*AccessKey*', 'iam:*LoginProfile*'], Resource: '*' },
    { Effect: 'Allow', Action: ['s3:*', 'lambda:*', 'ssm:Describe*'], Resource: '*' },
  ],
}

/** Reads ids that the story chose from its events, so that account and log tell the same. */
export const accountAfter = (steps: readonly Step[]): ExampleAccount => ({
  time: iso(clock('14:12:00')).replace('Z', '.000Z'),
  account: {
    accountId: ACCOUNT,
    principals: [
      user('build-deploy', KEYS.build, { inline: { 'ci-deploy': JSON.stringify(CI_POLICY) } }),
      user(NEW_USER, KEYS.backup, { attached: [ADMIN] }),
      user('break-glass-admin', KEYS.breakGlass, { attached: [ADMIN] }),
      role('trailwarden-responder', '/', RESPONDER),
      role(SSO_ADMIN, '/aws-reserved/sso.amazonaws.com/', APPROVER),
    ],
    trails: [{ arn: TRAIL_ARN, name: TRAIL, logging: true }],
    buckets: [{ name: EXPORTS, public: true }],
    snapshots: [{ id: THINGS.snapshot, region: 'eu-west-1', shared: [OUTSIDE] }],
    rules: [openedRule(steps)],
  },
  keys: { stolen: KEYS.build, attackers: KEYS.backup, responder: RESPONDER, approver: APPROVER },
  breakGlass: `arn:aws:iam::${ACCOUNT}:user/break-glass-admin`,
})

const user = (
  name: string,
  key: string,
  policies: Partial<Pick<SimulatedPrincipal, 'attached' | 'inline'>>,
): SimulatedPrincipal => ({
  kind: 'User',
  name,
  path: '/',
  id: idOf('AIDA', name),
  attached: [],
  inline: {},
  ...policies,
  keys: { [key]: 'Active' },
})

const role = (name: string, path: string, key: string): SimulatedPrincipal => ({
  kind: 'Role',
  name,
  path,
  id: idOf('AROA', name),
  attached: [ADMIN],
  inline: {},
  keys: { [key]: 'Active' },
})

interface RuleAnswer {
  readonly securityGroupRuleSet: {
    readonly items: readonly {
      readonly securityGroupRuleId: string
      readonly groupId: string
      readonly ipProtocol: string
      readonly fromPort: number
      readonly toPort: number
      readonly cidrIpv4: string
    }[]
  }
}

const openedRule = (steps: readonly Step[]): AccountState['rules'][number] => {
  const { event } = steps.find(({ step }) => step === 'open-security-group')!
  const rule = (event['responseElements'] as RuleAnswer).securityGroupRuleSet.items[0]!
  return {
    id: rule.securityGroupRuleId,
    groupId: rule.groupId,
    protocol: rule.ipProtocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidr: rule.cidrIpv4,
  }
}
