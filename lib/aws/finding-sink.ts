import { atLeast, type Finding, type Level } from '../finding.ts'
import type { FindingSink } from '../ports.ts'
import type { CloudTrailEvent } from '../trail/event.ts'
import type { Archive } from './archive.ts'
import { DETAIL_BYTES, type eventBus } from './event-bus.ts'
import type { topicOf } from './topic.ts'

export const FINDING_KIND = 'Trailwarden Finding'

export interface FindingSinkOptions {
  readonly bus: ReturnType<typeof eventBus>
  readonly topic: ReturnType<typeof topicOf>
  readonly archive: Archive
  /** Findings at this level and above go to people too. */
  readonly notifyLevel: Level
}

/** Findings looked up at the same time. */
const AT_ONCE = 16

/**
 * Findings on the event bus, the grave ones also to people, each once: what both lanes see, or a delivery repeats, ends at
 * the archive. The archive is written last, so a crash in between repeats a finding rather than losing it.
 */
export const eventBridgeFindingSink = ({
  bus,
  topic,
  archive,
  notifyLevel,
}: FindingSinkOptions): FindingSink => ({
  put: async (findings) => {
    const distinct = [...new Map(findings.map((finding) => [finding.id, finding])).values()]
    for (let at = 0; at < distinct.length; at += AT_ONCE) {
      const batch = distinct.slice(at, at + AT_ONCE)
      const seen = await Promise.all(batch.map(({ id }) => archive.has(id)))
      const fresh = batch.filter((_, i) => !seen[i])
      await bus.put(
        fresh.map((finding) => ({ kind: FINDING_KIND, detail: detailOf(finding), time: finding.time })),
      )
      for (const finding of fresh)
        if (atLeast(finding.rule.level, notifyLevel)) await topic.send(subjectOf(finding), linesOf(finding))
      await Promise.all(fresh.map((finding) => archive.keep(finding.id, JSON.stringify(finding))))
    }
  },
})

/** Fields of the event above this size go first when a finding is too large for the bus. */
const LARGE_FIELD_BYTES = 8 * 1024

/** A finding as the bus carries it. Too large a one loses its largest event fields, and says which; the archive has them. */
const detailOf = (finding: Finding): string => {
  const whole = JSON.stringify(finding)
  if (Buffer.byteLength(whole) <= DETAIL_BYTES) return whole
  const omitted: string[] = []
  const kept = Object.entries(finding.raw).filter(([name, value]) => {
    const small = Buffer.byteLength(JSON.stringify(value) ?? '') <= LARGE_FIELD_BYTES
    if (!small) omitted.push(name)
    return small
  })
  const raw: CloudTrailEvent = { ...Object.fromEntries(kept), trailwardenOmitted: omitted }
  return JSON.stringify({ ...finding, raw })
}

const subjectOf = ({ rule, event }: Finding): string =>
  `[${rule.level}] ${rule.title} (${event.recipientAccountId} ${event.awsRegion})`

const linesOf = ({ id, rule, time, event, actor, resources, source, notes }: Finding): readonly string[] => [
  `${rule.title} (${rule.id}, ${rule.level})`,
  '',
  `time      ${time}`,
  `account   ${event.recipientAccountId}`,
  `region    ${event.awsRegion}`,
  `event     ${event.eventName} (${event.eventSource}) ${event.eventID}`,
  ...(event.errorCode ? [`error     ${event.errorCode}`] : []),
  `actor     ${actor.actor || actor.type}`,
  `from      ${event.sourceIPAddress}`,
  ...resources.slice(0, 20).map((resource) => `resource  ${resource}`),
  `source    ${source.key} #${source.index}`,
  `finding   ${id}`,
  ...(notes ?? []).map((note) => `note      ${note}`),
]
