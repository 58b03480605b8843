import { describe, expect, it } from 'vitest'
import { type DetectorOptions, makeDetector } from '../../lib/detection/detect.ts'
import { withRepeats } from '../../lib/detection/repeats.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { expiredAt, type Suppression } from '../../lib/detection/suppress.ts'

const RULE = `title: Stopped
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: StopLogging, ct.success: true}, condition: s}
level: high
trailwarden:
  id: stopped
  playbook: logging-stopped
  merge: {by: ct.actor, within: 1h}`

const run = (
  steps: readonly (readonly [minutes: number, user: string, fields?: Record<string, unknown>])[],
  options: DetectorOptions = {},
) => {
  const { rules, rejected } = loadRules([{ path: 'r.yml', text: RULE }])
  expect(rejected).toEqual([])
  const detector = makeDetector(rules, options)
  const findings = steps.flatMap(([minutes, user, fields], index) =>
    detector.detect({
      event: {
        eventID: `e${index}`,
        eventTime: new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString(),
        eventSource: 'cloudtrail.amazonaws.com',
        eventName: 'StopLogging',
        sourceIPAddress: '192.0.2.7',
        recipientAccountId: '111122223333',
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${user}` },
        ...fields,
      },
      key: 'k',
      index,
    }),
  )
  return { findings, ids: findings.map(({ id }) => id), ...after(detector) }
}

const after = (detector: ReturnType<typeof makeDetector>) => {
  const { repeats, suppressed, shadowed } = detector.finish()
  return { repeats, suppressed, shadowed }
}

describe('repeats', () => {
  it('are told once for each actor within the time, and counted', () => {
    const { ids, repeats } = run([
      [0, 'alice'],
      [5, 'alice'],
      [6, 'bob'],
      [60, 'alice'],
      [61, 'alice'],
    ])
    expect(ids).toEqual(['stopped#e0', 'stopped#e2', 'stopped#e4'])
    expect(repeats).toEqual([
      {
        findingId: 'stopped#e0',
        rule: 'stopped',
        count: 2,
        events: ['e1', 'e3'],
        last: '2026-01-01T01:00:00.000Z',
      },
    ])
  })

  it('that happened earlier and arrive later are repeats too', () => {
    expect(
      run([
        [30, 'alice'],
        [0, 'alice'],
      ]).ids,
    ).toEqual(['stopped#e0'])
    expect(
      run([
        [300, 'alice'],
        [0, 'alice'],
        [10, 'alice'],
      ]).ids,
    ).toEqual(['stopped#e0', 'stopped#e1'])
  })

  it('give their events to the finding that stands for them', () => {
    const { findings, repeats } = run([
      [0, 'alice'],
      [5, 'alice'],
    ])
    expect(withRepeats(findings, repeats).map(({ id, events }) => ({ id, events }))).toEqual([
      { id: 'stopped#e0', events: ['e0', 'e1'] },
    ])
  })
})

describe('suppressions', () => {
  const accepted: Suppression = {
    rule: 'stopped',
    actor: 'arn:aws:iam::*:user/ali*',
    owner: 'platform',
    reason: 'migration',
    until: '2026-01-31',
  }

  it('hold back what they name, and count it', () => {
    const { ids, suppressed } = run(
      [
        [0, 'alice'],
        [1, 'bob'],
      ],
      { suppressions: [accepted] },
    )
    expect(ids).toEqual(['stopped#e1'])
    expect(suppressed).toEqual([{ suppression: accepted, count: 1, sample: 'stopped#e0' }])
  })

  it.each<[string, Partial<Suppression>, number]>([
    ['another rule', { rule: 'other' }, 1],
    ['another account', { account: '444455556666' }, 1],
    ['the account', { account: '111122223333' }, 0],
    ['another network', { sourceIp: ['198.51.100.0/24'] }, 1],
    ['the network', { sourceIp: ['198.51.100.0/24', '192.0.2.0/24'] }, 0],
    ['the address', { sourceIp: ['192.0.2.7'] }, 0],
    ['a day that is over', { until: '2025-12-31' }, 1],
    ['the last day', { until: '2026-01-01' }, 0],
    ['an actor by part of the name', { actor: 'alice' }, 1],
  ])('of %s', (_what, change, expected) => {
    expect(run([[0, 'alice']], { suppressions: [{ ...accepted, ...change }] }).ids).toHaveLength(expected)
  })

  it('that are over are named', () => {
    const old = { ...accepted, until: '2026-01-30' }
    expect(expiredAt([accepted, old], '2026-01-31T12:00:00.000Z')).toEqual([old])
  })
})

describe('rules on trial', () => {
  it('are counted and do not report', () => {
    const { ids, shadowed } = run(
      [
        [0, 'alice'],
        [1, 'bob'],
      ],
      { shadow: ['stopped'] },
    )
    expect(ids).toEqual([])
    expect(shadowed).toEqual({ stopped: 2 })
  })
})

describe('attempts', () => {
  const denied = { errorCode: 'AccessDenied', errorMessage: 'no' }

  it('are reported one level lower, without containment, when asked for', () => {
    expect(run([[0, 'alice', denied]]).ids).toEqual([])
    const { findings } = run([[0, 'alice', denied]], { attempts: true })
    expect(findings.map(({ id, rule }) => ({ id, level: rule.level, playbook: rule.playbook }))).toEqual([
      { id: 'stopped-attempted#e0', level: 'medium', playbook: undefined },
    ])
  })

  it('are calls that were refused, not calls that were wrong', () => {
    expect(run([[0, 'alice', { errorCode: 'TrailNotFoundException' }]], { attempts: true }).ids).toEqual([])
  })

  it('fold like the rule itself', () => {
    const { ids } = run(
      [
        [0, 'alice', denied],
        [1, 'alice', denied],
        [2, 'alice'],
      ],
      { attempts: true },
    )
    expect(ids).toEqual(['stopped-attempted#e0', 'stopped#e2'])
  })
})
