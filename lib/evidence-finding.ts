import { createHash } from 'node:crypto'
import { type Finding, findingId, type Level } from './finding.ts'
import { identityOf } from './trail/event.ts'
import { parseObjectKey } from './trail/object-key.ts'
import type { Problem, VerdictStatus } from './verdict.ts'

/** The detection that integrity validation is: what does not hold is a finding like any other. */
export const EVIDENCE_RULE = {
  id: 'digest-not-valid',
  title: 'Log file integrity does not hold',
  tags: ['attack.defense-impairment', 'attack.t1685.002'],
} as const

/** The good news after it: what was late has come, what could not be read can be. */
export const RECOVERY_RULE = { id: 'digest-recovered', title: 'Log file integrity holds again' } as const

/** Something was changed or taken away: critical. Something is there that should not be, or ends too early: high. */
const LEVEL_OF: Readonly<Record<Exclude<VerdictStatus, 'valid'>, Level>> = {
  modified: 'critical',
  missing: 'critical',
  unlisted: 'high',
  'tail-missing': 'high',
  unverifiable: 'medium',
  unreadable: 'medium',
  gap: 'low',
}

/**
 * A problem with the evidence as a finding. Its id rests on what is wrong and where, so a digest that is delivered twice, or checked
 * again by a sweep or the command line, is the same finding. `now` stands in for the time only when the problem has none.
 * `mended`: when it was seen whole before, which makes it another finding.
 */
export const evidenceFinding = (problem: Problem, now: string, mended?: string): Finding => {
  const { status, kind, object, reason } = problem
  // an object is one thing, wherever the range that was looked at began; of a chain there is more than one stretch
  const stretch = kind === 'chain' ? (problem.from ?? '') : ''
  return finding(problem, {
    identity: [status, kind, object, reason, stretch, ...(mended ? [mended] : [])],
    ruleId: EVIDENCE_RULE.id,
    title: `${EVIDENCE_RULE.title}: ${kind} ${status}`,
    level: LEVEL_OF[status],
    name: `${kind}-${status}`,
    detail: problem.detail,
    time: problem.to ?? problem.from ?? now,
  })
}

/**
 * What was wrong with the evidence is mended. `since` is when it was first seen wrong; `told`: did a finding say so? `earlier`: when it
 * was called mended before, which makes it another finding.
 */
export const recoveryFinding = (
  problem: Problem,
  {
    since,
    mended,
    told,
    earlier = '',
  }: {
    readonly since: string
    readonly mended: string
    readonly told: boolean
    readonly earlier?: string | undefined
  },
): Finding => {
  const { kind, object, reason, from, to } = problem
  const range = from && to ? ` for ${from} to ${to}` : ''
  return finding(problem, {
    identity: ['mended', kind, object, reason, kind === 'chain' ? (from ?? '') : '', earlier],
    ruleId: RECOVERY_RULE.id,
    title: `${RECOVERY_RULE.title}: ${kind} was ${problem.status}`,
    level: told ? 'low' : 'informational',
    name: `${kind}-recovered`,
    detail: `it was ${problem.status} (${reason}) since ${since}${range}, and is whole as of ${mended}`,
    time: mended,
  })
}

interface Told {
  readonly identity: readonly string[]
  readonly ruleId: string
  readonly title: string
  readonly level: Level
  readonly name: string
  readonly detail: string
  readonly time: string
}

const finding = ({ object, reason }: Problem, told: Told): Finding => {
  const { account, region } = placeOf(object)
  const eventID = createHash('sha256').update(JSON.stringify(told.identity)).digest('hex')
  const eventSource = 'trailwarden'
  return {
    id: findingId(told.ruleId, eventID),
    rule: { id: told.ruleId, title: told.title, level: told.level, tags: EVIDENCE_RULE.tags },
    time: told.time,
    event: {
      eventID,
      eventName: told.name,
      eventSource,
      recipientAccountId: account,
      awsRegion: region,
      sourceIPAddress: '',
      userAgent: '',
      errorCode: reason,
    },
    actor: identityOf({}),
    resources: [object],
    events: [],
    source: { key: keyOf(object), index: 0 },
    raw: { eventID, eventName: told.name, eventSource, errorCode: reason, errorMessage: told.detail },
  }
}

/** `s3://bucket/key` without the bucket: the same object from a folder or from S3 is one key. */
const keyOf = (object: string): string => object.replace(/^s3:\/\/[^/]+\//, '')

/** Account and Region of an object key, or of a chain's `account/region/trail`; empty where the name does not say. */
const placeOf = (object: string): { account: string; region: string } => {
  const key = parseObjectKey(keyOf(object))
  if (key.type === 'log' || key.type === 'digest') return { account: key.account, region: key.region }
  const [account = '', region = ''] = object.split('/')
  return /^\d{12}$/.test(account) ? { account, region } : { account: '', region: '' }
}
