import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainmentPlan } from '../../lib/action.ts'
import { depthsOf, lineageOf } from '../../lib/containment/lineage.ts'
import { planContainment, planHash } from '../../lib/containment/plan.ts'
import type { Finding } from '../../lib/finding.ts'
import {
  event,
  findingOf,
  NOW,
  OWN_SNAPSHOTS,
  planFor,
  proposing,
  ROLE,
  ROOT,
  SAMPLES,
  SHIPPED,
  USER,
} from './events.ts'

const withId = (raw: Finding['raw'], id: number) => ({
  ...raw,
  eventID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
})
const planOf = (findings: readonly Finding[], playbooks = SHIPPED): ContainmentPlan =>
  planContainment({ findings, playbooks, now: NOW, ownSnapshots: OWN_SNAPSHOTS })
const summary = (plan: ContainmentPlan) =>
  plan.actions.map(({ type, target }) => `${type} ${target.name ?? target.id}`)

const EVERY_KIND = Object.values(SAMPLES).flatMap(({ raw }, index) =>
  SHIPPED.map(({ name }) => findingOf(withId(raw, index), name, { rule: name })),
)

describe('planning', () => {
  it('gives the same bytes for the same findings in any order', () => {
    const expected = JSON.stringify(planOf(EVERY_KIND))
    fc.assert(
      fc.property(fc.shuffledSubarray(EVERY_KIND, { minLength: EVERY_KIND.length }), (findings) => {
        expect(JSON.stringify(planOf(findings))).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('does not change what it is given', () => {
    const before = JSON.stringify(EVERY_KIND)
    planOf(EVERY_KIND)
    expect(JSON.stringify(EVERY_KIND)).toBe(before)
  })

  it('binds the hash to the actions', () => {
    const { raw } = SAMPLES['sessions of a role']!
    const plan = planFor(raw, ['revoke-role-sessions'])
    const later = planFor(raw, ['revoke-role-sessions'], { now: '2026-11-01T10:00:09.000Z' })
    expect(plan.hash).toBe(planHash(plan.actions))
    expect(later.hash).not.toBe(plan.hash)
    expect(planFor(raw, ['revoke-role-sessions'], { mode: 'approve' })).toMatchObject({
      mode: 'approve',
      hash: plan.hash,
    })
  })

  it('hashes an empty plan', () => {
    // sha256 of "[]"
    expect(planOf([]).hash).toBe('4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945')
  })

  it('refuses a time that is none', () => {
    expect(() => planContainment({ findings: [], playbooks: [], now: 'yesterday' })).toThrow(
      'now: expected a UTC ISO 8601 time, found "yesterday"',
    )
  })

  it('asks nothing for a finding whose rule names no playbook', () => {
    expect(planOf([findingOf(SAMPLES['stopped trail']!.raw)])).toMatchObject({
      actions: [],
      refused: [],
      manual: [],
    })
  })

  it('shows a playbook that is not there', () => {
    expect(planOf([findingOf(SAMPLES['stopped trail']!.raw, 'nonesuch')]).refused).toEqual([
      {
        title: 'Playbook nonesuch',
        target: 'StopLogging 11111111-2222-4333-8444-555555555555',
        reason: 'no playbook of this name was given',
        findings: ['a-rule#11111111-2222-4333-8444-555555555555'],
      },
    ])
  })

  it('shows a playbook none of whose actions applies', () => {
    const plan = planOf([findingOf(event('DescribeInstances', 'ec2'), 'public-bucket')])
    expect(plan.refused[0]!.reason).toBe('none of its actions applies to this event: its manual steps do')
  })

  it('leaves root to people, and says so', () => {
    const plan = planOf([findingOf(event('CreateUser', 'iam', { userIdentity: ROOT }), 'root-activity')])
    expect(plan.actions).toEqual([])
    expect(plan.refused.map(({ reason }) => reason)).toContain(
      'the actor is root: no IAM policy contains root, people must act',
    )
    expect(plan.manual![0]!.steps.join(' ')).toContain('sign in as root')
  })

  it('lists the steps for people once for each playbook, with every finding', () => {
    const { raw } = SAMPLES['stopped trail']!
    const findings = [1, 2].map((id) => findingOf(withId(raw, id), 'logging-stopped'))
    expect(planOf(findings).manual).toMatchObject([
      { playbook: 'logging-stopped', findings: findings.map(({ id }) => id) },
    ])
  })
})

describe('merging', () => {
  it('plans one action for all that ask for it, at the highest level', () => {
    const findings = [
      findingOf(withId(SAMPLES['user who called']!.raw, 1), 'test', { level: 'medium' }),
      findingOf(withId(SAMPLES['shared image']!.raw, 2), 'test', { level: 'critical' }),
      findingOf(withId(SAMPLES['user who called']!.raw, 3), 'test', { level: 'low' }),
    ]
    const plan = planOf(findings, [proposing('deny-user')])
    expect(plan.actions).toHaveLength(1)
    expect(plan.actions[0]).toMatchObject({
      level: 'critical',
      findings: findings.map(({ id }) => id),
      reason:
        'A rule: ListBuckets in event 00000000-0000-4000-8000-000000000001 (finding a-rule#00000000-0000-4000-8000-000000000001), and 2 more findings',
    })
  })

  it('counts an action as proven when one of its findings is', () => {
    const raws = [1, 2].map((id) => withId(SAMPLES['user who called']!.raw, id))
    const findings = raws.map((raw, index) => findingOf(raw, 'test', { key: `log-${index}` }))
    const plan = planContainment({
      findings,
      playbooks: [proposing('deny-user')],
      now: NOW,
      verdicts: new Map([['log-1', 'valid'] as const]),
    })
    expect(plan.actions[0]!.evidence).toBe('proven')
  })

  it('names a trail by ARN, so that its name and its ARN are one trail', () => {
    const { raw } = SAMPLES['stopped trail']!
    const byArn = {
      ...raw,
      requestParameters: { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
    }
    const plan = planOf(
      [raw, byArn].map((one, id) => findingOf(withId(one, id), 'test')),
      [proposing('restart-logging')],
    )
    expect(plan.actions.map(({ findings }) => findings.length)).toEqual([2])
  })

  it('keeps two changes of one object apart', () => {
    const { raw } = SAMPLES['shared RDS snapshot']!
    const parameters = raw.requestParameters as object
    const other = { ...raw, requestParameters: { ...parameters, valuesToAdd: ['444455556666'] } }
    const plan = planOf(
      [raw, other].map((one, id) => findingOf(withId(one, id), 'test')),
      [proposing('unshare-snapshot')],
    )
    expect(new Set(plan.actions.map(({ id }) => id)).size).toBe(2)
  })

  it('joins a user known by name with the same user known by id', () => {
    const created = withId(SAMPLES['user who was created']!.raw, 1)
    const password = withId(
      {
        ...SAMPLES['user who was given a password']!.raw,
        responseElements: { loginProfile: { userName: 'backdoor' } },
      },
      2,
    )
    const playbooks = [proposing({ type: 'deny-user', of: 'created' })]
    const plan = planOf(
      [created, password].map((raw) => findingOf(raw, 'test')),
      playbooks,
    )
    expect(plan.actions.map(({ target, tier, findings }) => [target.id, tier, findings.length])).toEqual([
      ['AIDAJQABLZS4A3EXAMPLE', 1, 2],
    ])
  })

  it('shows the same refusal once, with every finding', () => {
    const findings = [1, 2].map((id) =>
      findingOf(withId(event('X', 's3', { userIdentity: ROOT }), id), 'test'),
    )
    expect(planOf(findings, [proposing('deny-user')]).refused).toMatchObject([
      { target: 'arn:aws:iam::111122223333:root', findings: findings.map(({ id }) => id) },
    ])
  })
})

describe('order', () => {
  it('restores first, then contains the source, its descendants, and the objects', () => {
    const newKey = {
      ...USER,
      principalId: 'AIDAJQABLZS4A3EXAMPLE',
      userName: 'backdoor',
      arn: 'arn:aws:iam::111122223333:user/backdoor',
      accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
    }
    const findings = [
      findingOf(withId(SAMPLES['public bucket']!.raw, 1), 'public-bucket'),
      findingOf(withId(event('ListBuckets', 's3', { userIdentity: newKey }), 2), 'compromised-access-key'),
      findingOf(withId(SAMPLES['key that was created']!.raw, 3), 'compromised-access-key'),
      findingOf(withId(SAMPLES['user who was created']!.raw, 4), 'compromised-access-key'),
      findingOf(withId(SAMPLES['stopped trail']!.raw, 5), 'logging-stopped'),
    ]
    expect(summary(planOf(findings))).toEqual([
      'restart-logging main',
      'deactivate-access-key mallory',
      'deny-user mallory',
      'deactivate-access-key backdoor',
      'deny-user backdoor',
      'block-public-access acme-uploads',
    ])
  })

  it('contains the source of a role session before the role', () => {
    const assumed = event('AssumeRole', 'sts', {
      responseElements: { credentials: { accessKeyId: ROLE.accessKeyId } },
    })
    const findings = [
      findingOf(withId(event('ListBuckets', 's3', { userIdentity: ROLE }), 1), 'compromised-access-key'),
      findingOf(withId(assumed, 2), 'compromised-access-key'),
    ]
    expect(summary(planOf(findings))).toEqual([
      'deactivate-access-key mallory',
      'deny-user mallory',
      'revoke-role-sessions backup',
    ])
  })
})

describe('lineage', () => {
  const made = (by: string, key: string) =>
    event('CreateAccessKey', 'iam', {
      userIdentity: { type: 'IAMUser', principalId: `user-${by}`, accessKeyId: by },
      responseElements: { accessKey: { accessKeyId: key } },
    })

  it('counts the steps from the farthest source', () => {
    const depths = depthsOf(lineageOf([made('a', 'b'), made('a', 'd'), made('b', 'c'), made('c', 'd')]))
    expect(['a', 'b', 'c', 'd'].map((key) => depths.get(key) ?? 0)).toEqual([0, 1, 2, 3])
  })

  it('ends on a cycle and on a chain of a hundred thousand', () => {
    expect(depthsOf(lineageOf([made('a', 'b'), made('b', 'a')])).size).toBeGreaterThan(0)
    const chain = Array.from({ length: 100_000 }, (_, index) => made(`k${index}`, `k${index + 1}`))
    expect(depthsOf(lineageOf(chain.reverse())).get('k100000')).toBe(100_000)
  })
})

describe('hostile events', () => {
  const junk = fc.anything({ withNullPrototype: true })

  it('never throws, whatever a field holds, and never lets a shape through that is none', () => {
    const samples = Object.values(SAMPLES)
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        junk,
        junk,
        junk,
        (sample, requestParameters, responseElements, userIdentity) => {
          for (const fields of [{ requestParameters }, { responseElements }, { userIdentity }]) {
            const raw = { ...sample.raw, ...fields }
            const finding = { ...findingOf(sample.raw, 'test'), raw: raw as Finding['raw'] }
            const plan = planOf([finding], [proposing(sample.action)])
            expect(plan.actions.length + plan.refused.length).toBeGreaterThan(0)
          }
        },
      ),
    )
  })

  it('takes a name only when it is one', () => {
    const name = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(
      fc.property(name, (userName) => {
        const requestParameters = { userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
        const plan = planFor(event('AttachUserPolicy', 'iam', { requestParameters }), ['detach-policy'])
        const planned = plan.actions.map(({ target }) => target.id)
        expect(planned).toEqual(
          /^[\w+=,.@-]{1,64}$/.test(userName) && !userName.includes('AWSReservedSSO_') ? [userName] : [],
        )
      }),
    )
  })
})
