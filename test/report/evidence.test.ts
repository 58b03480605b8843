import { describe, expect, it } from 'vitest'
import { evidenceVerdict, logEvidence, problemGroups, problemRange } from '../../lib/report/evidence.ts'
import { type IntegrityReport, noVerdicts, type Problem, type VerdictStatus } from '../../lib/verdict.ts'

type Counts = Partial<Record<VerdictStatus, number>>

const report = (
  logs: Counts,
  digests: Counts = { valid: 2 },
  problems: readonly Problem[] = [],
): IntegrityReport => ({
  summary: { logs: { ...noVerdicts(), ...logs }, digests: { ...noVerdicts(), ...digests } },
  chains: [],
  problems,
  logVerdicts: new Map(),
  notes: [],
})

const problem = (fields: Partial<Problem>): Problem => ({
  status: 'gap',
  kind: 'chain',
  object: '111122223333/us-east-1/trail',
  reason: 'logging-stopped',
  detail: 'logging was off',
  ...fields,
})

describe('the verdict of the evidence', () => {
  it.each([
    ['verified', report({ valid: 5 })],
    ['verified', report({ valid: 5 }, { valid: 2 }, [problem({})])],
    ['verified', report({}, { valid: 3 })],
    ['tampered', report({ valid: 5, modified: 1 })],
    ['tampered', report({ valid: 5, unlisted: 1 })],
    ['tampered', report({ valid: 5 }, { valid: 1, modified: 1 })],
    ['tampered', report({ valid: 5 }, { valid: 2 }, [problem({ status: 'modified' })])],
    ['incomplete', report({ valid: 5, missing: 1 })],
    ['incomplete', report({ valid: 5, unverifiable: 1 })],
    ['incomplete', report({ valid: 5, unreadable: 1 })],
    ['incomplete', report({ valid: 5 }, { valid: 2 }, [problem({ status: 'tail-missing' })])],
    [
      'incomplete',
      report({ valid: 5 }, { valid: 2 }, [problem({ status: 'missing', kind: 'backfill-digest' })]),
    ],
    ['unverifiable', report({ unverifiable: 5 }, { unverifiable: 2 })],
    ['unverifiable', report({}, {})],
  ] as const)('is %s', (state, integrity) => {
    expect(evidenceVerdict(integrity).state).toBe(state)
  })

  it('is unchecked without a report', () => {
    expect(evidenceVerdict(undefined)).toMatchObject({
      state: 'unchecked',
      label: 'Not checked',
      tone: 'doubt',
    })
  })

  it('tells the numbers in one sentence', () => {
    expect(evidenceVerdict(report({ valid: 1_204 }, { valid: 1 }, [problem({}), problem({})])).sentence).toBe(
      'All 1,204 log files and 1 digest file are exactly as CloudTrail delivered them. Logging was off in 2 ranges of time.',
    )
    expect(
      evidenceVerdict(report({ valid: 7, modified: 1, unlisted: 2 }, { valid: 1, missing: 1 })).sentence,
    ).toBe(
      '1 log file changed after delivery, 2 log files that no digest lists and 1 digest file missing; 7 of 10 log files verified.',
    )
  })
})

describe('what is said of chains', () => {
  it('counts chains once, and the digest files missing at their end', () => {
    const problems = [
      problem({ status: 'tail-missing', reason: 'no-digests' }),
      problem({ status: 'missing', reason: 'hourly-cadence', object: 'a/b/c' }),
      problem({ status: 'missing', reason: 'hourly-cadence', object: 'a/b/c' }),
      problem({ status: 'unverifiable', reason: 'no-public-keys' }),
    ]
    expect(evidenceVerdict(report({ valid: 2 }, { valid: 1, 'tail-missing': 3 }, problems)).sentence).toBe(
      '1 digest chain with a longer hole, 3 digest files missing at the end and 1 account and Region without any digest file; 2 of 2 log files verified.',
    )
  })
})

describe('evidence in detail', () => {
  it('tells for each log file what is known', () => {
    const integrity = {
      ...report({}),
      logVerdicts: new Map<string, VerdictStatus>([
        ['a', 'valid'],
        ['b', 'modified'],
      ]),
    }
    expect(['a', 'b', 'c'].map((key) => logEvidence(integrity, key).tone)).toEqual(['good', 'bad', 'doubt'])
    expect(logEvidence(undefined, 'a').words).toBe('not checked')
  })

  it('groups problems gravest first and counts what it cuts', () => {
    const problems = [
      problem({}),
      problem({ status: 'modified' }),
      problem({}),
      problem({ status: 'missing' }),
    ]
    expect(
      problemGroups(problems, 1).map(({ status, total, problems }) => [status, total, problems.length]),
    ).toEqual([
      ['modified', 1, 1],
      ['missing', 1, 1],
      ['gap', 2, 1],
    ])
  })

  it('dates a problem without a range by the name of its file', () => {
    const object =
      's3://b/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/111122223333_CloudTrail_us-east-1_20261101T1005Z_AbCdEf.json.gz'
    expect(problemRange(problem({ object }))).toEqual({
      from: '2026-11-01T10:05:00Z',
      to: '2026-11-01T10:05:00Z',
    })
    expect(problemRange(problem({}))).toBeUndefined()
  })
})
