import type { ContainmentPlan } from './action.ts'
import { makeFinding } from './detection/make-finding.ts'
import type { Finding } from './finding.ts'
import { ingestEvents } from './ingest.ts'
import { type GraphNode, idsIn, type SessionGraph, sessionGraph } from './investigation/session-graph.ts'
import type { World } from './pipeline.ts'
import type { LocatedEvent } from './ports.ts'
import { at, type CloudTrailEvent, text } from './trail/event.ts'

/** Sessions remembered with the event that handed them out. */
const MOST_SESSIONS = 200_000

export interface Descendants {
  /** Every id by which something that came from the starts can sign or be named; none of them may approve. */
  readonly ids: ReadonlySet<string>
  /** One for each live role session: the event that handed it out, as a finding that names the playbook `session-minted`. */
  readonly minted: readonly Finding[]
  /** The graph is not whole: there was more than could be kept. */
  readonly truncated: boolean
}

/**
 * Reads a source for what the credentials and principals of `starts` made, across roles and accounts, and what of it is live at `now`. Throws only when
 * the source cannot be listed.
 */
export const descendantsOf = async (
  world: World,
  starts: readonly string[],
  now: string,
): Promise<Descendants> => {
  const graph = sessionGraph()
  const mints = new Map<string, LocatedEvent>()
  await ingestEvents(world, {
    onEvent: (located) => {
      graph.add(located.event)
      keepMint(mints, located)
    },
  })
  const graphs = [...new Set(starts)].sort().map((start) => graph.walk(start, now))
  return {
    ids: new Set(graphs.flatMap((one) => [...belowStart(one)])),
    minted: mintedIn(graphs, mints),
    truncated: graphs.some(({ truncated, leftOut }) => truncated || leftOut > 0),
  }
}

/** Whoever came from the start; the start itself is known by the plan. */
const belowStart = (graph: SessionGraph): ReadonlySet<string> => {
  const nodes = graph.nodes.filter(({ depth }) => depth > 0)
  // the role of a session is not from the start: others may be at work in it
  return idsIn({ ...graph, nodes: nodes.map(({ roleArn: _, ...node }) => node) })
}

/** Of two copies of a call the one that the role's own account was delivered. */
const keepMint = (mints: Map<string, LocatedEvent>, located: LocatedEvent): void => {
  const { event } = located
  const key = text(at(event.responseElements, 'credentials', 'accessKeyId'))
  if (key === undefined || text(at(event.requestParameters, 'roleArn')) === undefined) return
  if (mints.has(key) ? isAtHome(event) : mints.size < MOST_SESSIONS) mints.set(key, located)
}

const isAtHome = (event: CloudTrailEvent): boolean =>
  text(at(event.requestParameters, 'roleArn'))?.split(':')[4] === event.recipientAccountId

const mintedIn = (graphs: readonly SessionGraph[], mints: ReadonlyMap<string, LocatedEvent>): Finding[] => {
  const live = new Map<string, GraphNode>()
  for (const { nodes } of graphs)
    for (const node of nodes)
      if (node.kind === 'session' && node.depth > 0 && node.live && mints.has(node.id))
        live.set(node.id, node)
  const findings = [...live.keys()].map((key) => {
    const located = mints.get(key)!
    return makeFinding(RULE, { located, events: [text(located.event.eventID) ?? ''] })
  })
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()]
}

const RULE = {
  id: 'session-minted',
  title: 'Session made with credentials that are contained',
  level: 'high',
  tags: [],
  playbook: 'session-minted',
} as const

/** Access keys and principals that a plan takes access from. */
export const startsOf = ({ actions }: Pick<ContainmentPlan, 'actions'>): readonly string[] =>
  actions.flatMap(({ tier, target: { kind, id } }) => (tier > 0 && STARTS.has(kind) ? [id] : []))

const STARTS: ReadonlySet<string> = new Set(['access-key', 'user', 'role', 'session'])
