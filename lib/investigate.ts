import { UsageError } from './errors.ts'
import { type IngestCounts, type IngestOptions, ingestEvents } from './ingest.ts'
import { inspectWith } from './integrity/inspect.ts'
import { inspectionMemory } from './integrity/inspection-memory.ts'
import type { ValidateOptions } from './integrity/validate.ts'
import { validateSource } from './integrity/validate-copies.ts'
import { type Scope, scopeOf, type TimelineEntry } from './investigation/scope.ts'
import { idsIn, type SessionGraph, sessionGraph } from './investigation/session-graph.ts'
import type { World } from './pipeline.ts'
import type { LocatedEvent } from './ports.ts'
import { type CloudTrailEvent, eventIdOf, identityOf, text } from './trail/event.ts'
import { inspect } from './trail/inspection.ts'
import type { IntegrityReport, VerdictStatus } from './verdict.ts'

/** What an investigation starts from; exactly one. */
export type Lead =
  | { readonly accessKeyId: string }
  | { readonly principal: string }
  | { readonly sourceIp: string }
  | { readonly eventId: string }

export interface InvestigateOptions extends Pick<IngestOptions, 'inFlight' | 'onObject'> {
  /** UTC ISO; events outside are not shown. The session graph is drawn from all of them. */
  readonly since?: string
  readonly until?: string
  readonly validate?: Omit<ValidateOptions, 'inspectLog'>
  /** Each event of the subject, in the order of the log files. */
  readonly onEntry?: (entry: TimelineEntry) => void
}

export interface Investigation {
  /** Time of the last event read, UTC ISO: what `live` in the graphs is about. */
  readonly asOf: string
  /** One for each credential or principal the lead points to. */
  readonly graphs: readonly SessionGraph[]
  readonly scope: Scope
  readonly counts: IngestCounts
  /** Log files that hold the subject's events, and what validation says of each. */
  readonly evidence: readonly { readonly key: string; readonly verdict: VerdictStatus | 'not-validated' }[]
  readonly integrity: IntegrityReport
}

/**
 * From one lead to everything its credentials made and did. Reads the source twice: first who made whom, then what they did.
 * Throws `UsageError` when an event id is not in the source.
 */
export const investigate = async (
  world: World,
  lead: Lead,
  options: InvestigateOptions = {},
): Promise<Investigation> => {
  const graph = sessionGraph()
  const leads = leadsOf(lead)
  const inspected = inspectionMemory()
  let asOf = ''
  const counts = await ingestEvents(world, {
    ...reading(options),
    onBytes: ({ key }, { bytes, inflated }) => inspected.add(key, inspect(bytes, inflated)),
    onEvent: (located) => {
      graph.add(located.event)
      leads.add(located)
      const time = text(located.event.eventTime) ?? ''
      if (time > asOf) asOf = time
    },
  })
  const graphs = withoutParts(leads.starts().map((start) => graph.walk(start, asOf)))
  const { scope, keys } = await followed(world, new Set(graphs.flatMap((one) => [...idsIn(one)])), options)
  const integrity = await validateSource(world, {
    ...options.validate,
    inspectLog: inspectWith(world.logs, inspected),
  })
  const evidence = [...keys].sort().map((key) => ({ key, verdict: verdictOf(integrity, key) }))
  return { asOf, graphs, scope, counts, evidence, integrity }
}

const verdictOf = ({ logVerdicts }: IntegrityReport, key: string): VerdictStatus | 'not-validated' =>
  logVerdicts.get(key) ?? 'not-validated'

const reading = ({ inFlight, onObject }: InvestigateOptions) => ({
  ...(inFlight !== undefined && { inFlight }),
  ...(onObject && { onObject }),
})

/** A graph whose start is a part of another says nothing that the other does not. */
const withoutParts = (graphs: readonly SessionGraph[]): readonly SessionGraph[] => {
  const largestFirst = graphs.toSorted((a, b) => b.nodes.length - a.nodes.length)
  const covered = new Set<string>()
  return largestFirst.filter((graph) => {
    if (covered.has(graph.start)) return false
    for (const { id } of graph.nodes) covered.add(id)
    return true
  })
}

/** A failed sign-in names whomever it likes: it leads nowhere. */
const isUnproven = (event: CloudTrailEvent): boolean =>
  event.eventSource === 'signin.amazonaws.com' &&
  (text(event.errorMessage) ?? text(event.errorCode)) !== undefined

/** What the lead points to in the log: itself, or the callers it has been seen with. */
const leadsOf = (lead: Lead) => {
  if ('accessKeyId' in lead) return { add: () => {}, starts: () => [lead.accessKeyId] }
  if ('principal' in lead) return { add: () => {}, starts: () => [lead.principal] }
  const found = new Set<string>()
  const add = ({ event }: LocatedEvent) => {
    const hit =
      'sourceIp' in lead ? event.sourceIPAddress === lead.sourceIp : eventIdOf(event) === lead.eventId
    if (!hit || isUnproven(event)) return
    const { accessKeyId, principalId, arn } = identityOf(event)
    const caller = accessKeyId || principalId || arn
    if (caller !== '') found.add(caller)
  }
  const starts = () => {
    if ('eventId' in lead && found.size === 0)
      throw new UsageError(
        `--event-id ${lead.eventId}: expected an event of this source whose caller is named, found none`,
      )
    return [...found].sort()
  }
  return { add, starts }
}

/** Second reading: what everybody in the graphs did. */
const followed = async (world: World, ids: ReadonlySet<string>, options: InvestigateOptions) => {
  const scope = scopeOf()
  const keys = new Set<string>()
  const { since = '', until } = options
  await ingestEvents(world, {
    ...reading(options),
    onEvent: (located) => {
      const { accessKeyId, principalId } = identityOf(located.event)
      const time = text(located.event.eventTime) ?? ''
      if (time < since || (until !== undefined && time >= until)) return
      if (!ids.has(accessKeyId) && !(accessKeyId === '' && ids.has(principalId))) return
      keys.add(located.key)
      options.onEntry?.(scope.add(located))
    },
  })
  return { scope: scope.summary(), keys }
}
