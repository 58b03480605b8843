import { createHash } from 'node:crypto'
import type { ContainmentAction } from '../action.ts'
import { type Finding, findingId, type Level } from '../finding.ts'
import { type CloudTrailEvent, identityOf } from '../trail/event.ts'

const NOTICES = {
  'containment-tampered': {
    title: 'Containment is being undone while it is made',
    level: 'critical',
  },
  'containment-incomplete': { title: 'Containment failed or is incomplete', level: 'high' },
  'containment-budget-spent': {
    title: 'Containment waits for people: more was asked for than may go on its own',
    level: 'high',
  },
  'containment-unseen': { title: 'Nobody can see whether containment still holds', level: 'high' },
  'containment-release-due': { title: 'Containment has lasted as long as it should', level: 'low' },
  'containment-unknown-own-call': {
    title: 'Our own role did something that containment knows nothing of',
    level: 'critical',
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly level: Level }>>

export type NoticeId = keyof typeof NOTICES

/**
 * Something about containment that people must see, as a finding. No playbook belongs to it, so it never asks for more
 * containment. The same notice about the same thing is the same finding.
 */
export const notice = (
  id: NoticeId,
  of: {
    readonly about: string
    readonly time: string
    readonly detail: string
    readonly accountId: string
    readonly region?: string
    readonly resources?: readonly string[]
    readonly raw?: CloudTrailEvent
  },
): Finding => {
  const { title, level } = NOTICES[id]
  const raw = of.raw ?? {}
  const key = of.raw?.eventID ?? createHash('sha256').update(of.about).digest('hex').slice(0, 32)
  return {
    id: findingId(id, String(key)),
    rule: { id, title: `${title}: ${of.detail}`, level, tags: [] },
    time: of.time,
    event: {
      eventID: String(key),
      eventName: String(raw.eventName ?? id),
      eventSource: String(raw.eventSource ?? 'trailwarden'),
      recipientAccountId: of.accountId,
      awsRegion: String(raw.awsRegion ?? of.region ?? ''),
      sourceIPAddress: String(raw.sourceIPAddress ?? ''),
      userAgent: String(raw.userAgent ?? ''),
    },
    actor: identityOf(raw),
    resources: of.resources ?? [],
    events: of.raw?.eventID === undefined ? [] : [String(of.raw.eventID)],
    source: { key: 'containment ledger', index: 0 },
    raw,
  }
}

/** A notice about one action. */
export const noticeOf = (id: NoticeId, action: ContainmentAction, time: string, detail: string): Finding =>
  notice(id, {
    about: action.id,
    time,
    detail: `${action.title}: ${detail}`,
    accountId: action.target.accountId,
    ...(action.target.region !== undefined && { region: action.target.region }),
    resources: [action.target.arn ?? action.target.id],
  })
