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
 * A problem with the evidence as a finding. Its id rests on what is wrong and where, so a digest that is delivered twice,
 * or checked again by the command line, is the same finding. `now` stands in for the time only when the problem has none.
 */
export const evidenceFinding = (problem: Problem, now: string): Finding => {
  const { status, kind, object, reason, detail } = problem
  const { account, region } = placeOf(object)
  const eventID = createHash('sha256')
    .update(JSON.stringify([status, kind, object, reason, problem.from ?? '']))
    .digest('hex')
  const eventName = `${kind}-${status}`
  return {
    id: findingId(EVIDENCE_RULE.id, eventID),
    rule: { ...EVIDENCE_RULE, title: `${EVIDENCE_RULE.title}: ${kind} ${status}`, level: LEVEL_OF[status] },
    time: problem.to ?? problem.from ?? now,
    event: {
      eventID,
      eventName,
      eventSource: 'trailwarden',
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
    raw: { eventID, eventName, eventSource: 'trailwarden', errorCode: reason, errorMessage: detail },
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
