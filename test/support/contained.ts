import type { ContainmentPlan } from '../../lib/action.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import { type PlanInput, planContainment } from '../../lib/containment/plan.ts'
import { type ContainSettings, type ContainWorld, DEFAULTS } from '../../lib/containment/world.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Ledger, Responder } from '../../lib/ports.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { event, findingOf, proposing, USER } from '../containment/events.ts'
import { type FakeAccount, fakeAccount } from './fake-account.ts'
import { type FakeTime, fakeTime } from './fake-time.ts'
import { memoryLedger } from './memory-ledger.ts'

export const BREAK_GLASS = 'arn:aws:iam::111122223333:role/break-glass'
export const APPROVER = {
  arn: 'arn:aws:sts::111122223333:assumed-role/security/olga',
  userId: 'AROASECURITY00000:olga',
}

export interface Scene {
  readonly time: FakeTime
  readonly account: FakeAccount
  readonly ledger: Ledger
  readonly rows: ReturnType<typeof memoryLedger>['rows']
  /** A worker of its own on the same account and ledger. */
  readonly worker: (settings?: Partial<ContainSettings>, more?: Partial<ContainWorld>) => ContainWorld
}

export interface SceneOptions {
  readonly responder?: (own: Responder) => Responder
  readonly ledger?: (own: Ledger) => Ledger
  readonly quota?: { readonly attached: number; readonly userInline: number; readonly roleInline: number }
}

/** An account with user mallory, role backup and a way back in, an empty ledger, and a clock that stands. */
export const scene = (options: SceneOptions = {}): Scene => {
  const time = fakeTime()
  const account = fakeAccount({ now: time.ms, ...(options.quota && { quota: options.quota }) })
  account.add('User', 'mallory', {
    path: '/staff/',
    id: USER.principalId,
    keys: { [USER.accessKeyId]: 'Active' },
  })
  account.add('Role', 'backup', { path: '/ops/', id: 'AROADBQP57FF2AEXAMPLE' })
  account.add('Role', 'break-glass')
  const { ledger, rows } = memoryLedger()
  let workers = 0
  const worker: Scene['worker'] = (settings = {}, more = {}) => ({
    responder: options.responder?.(account.responder) ?? account.responder,
    ledger: openLedger(options.ledger?.(ledger) ?? ledger, time.clock),
    clock: time.clock,
    sleep: time.sleep,
    settings: {
      ...DEFAULTS,
      mode: 'enforce',
      owner: 'security@example.com',
      breakGlass: [BREAK_GLASS],
      worker: `worker-${++workers}`,
      ...settings,
    },
    ...more,
  })
  return { time, account, ledger, rows, worker }
}

/** A plan and its findings, all proven by a digest unless `verdicts` says otherwise. */
export const planOf = (
  raw: CloudTrailEvent,
  actions: readonly (string | { type: string; of: string })[],
  more: Partial<PlanInput> = {},
): { readonly plan: ContainmentPlan; readonly findings: readonly Finding[] } => {
  const findings = [findingOf(raw, 'test')]
  const verdicts = new Map([['AWSLogs/a.json.gz', 'valid' as const]])
  const now = '2026-11-01T10:00:10.000Z'
  return {
    plan: planContainment({ findings, playbooks: [proposing(...actions)], now, verdicts, ...more }),
    findings,
  }
}

/** Mallory's key and mallory, both to be contained. */
export const keyAndUser = (more: Partial<PlanInput> = {}, fields: Partial<CloudTrailEvent> = {}) =>
  planOf(event('ListBuckets', 's3', fields), ['deactivate-access-key', 'deny-user'], more)
