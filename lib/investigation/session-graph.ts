import { type CloudTrailEvent, at as field, text } from '../trail/event.ts'
import { latestEnd } from './expiry.ts'
import { type HandedOut, handedOutBy, type NodeKind } from './handed-out.ts'
import { nameWithin, type Sighting, sightings, userWithin } from './sightings.ts'

/** Something the start could act with, and how it came by it. */
export interface GraphNode {
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  readonly accountId: string
  readonly principalId?: string
  readonly roleArn?: string
  /** Calls from the start to here: 0 is the start itself. */
  readonly depth: number
  /** Id of the node that made it or that it belongs to; the start has none. */
  readonly from?: string
  /** The call that made it: `AssumeRole`, ...; `used` when only its use is in the log. */
  readonly via?: string
  readonly eventID?: string
  readonly time?: string
  /** UTC ISO; nothing: it does not end by itself. */
  readonly expires?: string
  /** Can it still act at the time of asking, as far as the log tells? */
  readonly live: boolean
  readonly lastUsed?: string
  readonly events: number
  readonly denied: number
}

export interface SessionGraph {
  readonly start: string
  /** UTC ISO: the time `live` is about. */
  readonly at: string
  /** Does the log know the start at all? */
  readonly seen: boolean
  /** Sources before what they made; the start first. */
  readonly nodes: readonly GraphNode[]
  readonly accounts: readonly string[]
  /** The walk ended at `maxNodes`: there is more than is shown. */
  readonly truncated: boolean
  /** Credentials and grants that did not fit into memory: the graph may lack some. */
  readonly leftOut: number
}

export interface GraphLimits {
  /** Credentials kept, and things handed out kept. Default a million each. */
  readonly kept?: number
}

/** An access key id, a unique id (`AIDA...`, `AROA...`, `AROA...:session`) or an ARN of a user, role or session. */
export type Start = string

/**
 * Who made which credential, from the log alone: `add` events in any order and more than once, then ask for everything that comes from one
 * key or principal, across roles and accounts. From a key it follows what the key made; from a user or role every credential
 * of it. Both copies of a cross-account call are one edge. Cycles end where they close.
 */
export const sessionGraph = ({ kept = 1_000_000 }: GraphLimits = {}) => {
  const seen = sightings(kept)
  const made = new Map<string, HandedOut>()
  const byParent = new Map<string, Set<string>>()
  const byOwner = new Map<string, Set<string>>()
  const switched = new Map<string, KeySwitch>()
  let left = 0

  const keep = (thing: HandedOut) => {
    const known = made.get(thing.id)
    if (!known && made.size >= kept) {
      left++
      return
    }
    made.set(thing.id, known ? united(known, thing) : thing)
    for (const parent of [thing.byKey, thing.byPrincipal]) relate(byParent, parent, thing.id)
    for (const owner of ownersOf(thing)) relate(byOwner, owner, thing.id)
  }

  const add = (event: CloudTrailEvent): void => {
    seen.add(event)
    for (const thing of handedOutBy(event)) keep(thing)
    noteSwitch(switched, event)
  }

  const walk = (start: Start, at: string, maxNodes = 10_000): SessionGraph => {
    const nodes = new Map<string, GraphNode>()
    const queue: GraphNode[] = []
    const keyless: Walk['keyless'] = new Map()
    let truncated = false
    const reach = (node: GraphNode) => {
      if (nodes.has(node.id)) return
      if (nodes.size >= maxNodes) {
        truncated = true
        return
      }
      nodes.set(node.id, node)
      queue.push(node)
    }
    for (const root of rootsOf(start, { seen, made, switched, at })) reach(root)
    for (let next = queue.shift(); next; next = queue.shift()) {
      for (const child of childrenOf(next, { seen, made, switched, byParent, byOwner, keyless, at }))
        reach(child)
    }
    const list = [...nodes.values()]
    return {
      start,
      at,
      seen: list.length > 1 || list.some(({ events, denied }) => events + denied > 0) || made.has(start),
      nodes: list,
      accounts: [...new Set(list.map(({ accountId }) => accountId))].filter((id) => id !== '').sort(),
      truncated,
      leftOut: left + seen.leftOut(),
    }
  }

  return { add, walk }
}

/** Every id by which something in the graph can sign or be named: whoever is in it may not approve containing it. */
export const idsIn = (graph: SessionGraph): ReadonlySet<string> =>
  new Set(
    graph.nodes.flatMap(({ id, principalId, roleArn }) => [
      id,
      ...(principalId === undefined ? [] : [principalId]),
      ...(roleArn === undefined ? [] : [roleArn]),
    ]),
  )

const relate = (index: Map<string, Set<string>>, name: string, id: string): void => {
  if (name === '') return
  const ids = index.get(name)
  if (ids) ids.add(id)
  else index.set(name, new Set([id]))
}

/** Principals whose sessions it is one of: `AROA...:name` and its role. */
const ownersOf = ({ kind, principalId = '' }: HandedOut): readonly string[] =>
  kind !== 'session' || principalId === '' ? [] : [principalId, ...principalId.split(':').slice(0, -1)]

/** The last time a long-term key was switched on or off, or deleted. */
interface KeySwitch {
  readonly time: string
  readonly active: boolean
}

const noteSwitch = (switched: Map<string, KeySwitch>, event: CloudTrailEvent): void => {
  const { eventName } = event
  if (eventName !== 'UpdateAccessKey' && eventName !== 'DeleteAccessKey') return
  const key = text(field(event.requestParameters, 'accessKeyId'))
  const time = text(event.eventTime)
  if (key === undefined || time === undefined || text(event.errorCode) !== undefined) return
  const active = eventName === 'UpdateAccessKey' && field(event.requestParameters, 'status') === 'Active'
  const known = switched.get(key)
  if (!known || known.time <= time) switched.set(key, { time, active })
}

interface Known {
  readonly seen: ReturnType<typeof sightings>
  readonly made: ReadonlyMap<string, HandedOut>
  readonly switched: ReadonlyMap<string, KeySwitch>
  readonly at: string
}

/** Of two copies of one call the one with the caller's key says more. */
const united = (a: HandedOut, b: HandedOut): HandedOut => {
  const [more, less] = a.byKey === '' ? [b, a] : [a, b]
  return {
    ...less,
    ...more,
    byKey: more.byKey || less.byKey,
    byPrincipal: more.byPrincipal || less.byPrincipal,
  }
}

const rootsOf = (start: Start, known: Known): readonly GraphNode[] => {
  const ids = start.startsWith('arn:') ? [...known.seen.idsOf(start)] : [start]
  return (ids.length === 0 ? [start] : ids).map((id) => nodeOf(id, 0, known))
}

interface Link {
  readonly from?: string
  readonly via?: string
}

const nodeOf = (id: string, depth: number, known: Known, link: Link = {}): GraphNode => {
  const thing = known.made.get(id)
  const use = known.seen.ofKey(id)
  const roleArn = thing?.roleArn ?? (use?.issuerArn || undefined)
  const principalId = thing?.principalId ?? (use?.principalId || undefined)
  const expires = endOf(id, thing, use)
  const via = link.via ?? thing?.call
  return {
    id,
    kind: thing?.kind ?? kindOfId(id),
    name: thing?.name || nameOf(use) || id,
    accountId: thing?.accountId || use?.accountId || accountOfPrincipal(id, known),
    ...(principalId !== undefined && { principalId }),
    ...(roleArn !== undefined && { roleArn }),
    depth,
    ...(link.from !== undefined && { from: link.from, ...(via !== undefined && { via }) }),
    ...(thing && { eventID: thing.eventID, time: thing.time }),
    ...(expires !== undefined && { expires }),
    live: (expires === undefined || expires > known.at) && known.switched.get(id)?.active !== false,
    ...(use && { lastUsed: use.last }),
    events: use?.events ?? 0,
    denied: use?.denied ?? 0,
  }
}

const endOf = (id: string, thing?: HandedOut, use?: Sighting): string | undefined => {
  if (thing?.expires !== undefined) return thing.expires
  return id.startsWith('ASIA') && use ? latestEnd(use.created ?? use.first) : undefined
}

const kindOfId = (id: string): NodeKind => {
  if (id.startsWith('AKIA')) return 'access-key'
  if (id.startsWith('ASIA')) return 'session'
  if (id.startsWith('AIDA')) return 'user'
  if (id.startsWith('AROA')) return id.includes(':') ? 'role-session' : 'role'
  return /^\d{12}:/.test(id) ? 'federated-user' : 'user'
}

const nameOf = (use: Sighting | undefined): string | undefined =>
  use?.arn.slice(use.arn.lastIndexOf('/') + 1) || undefined

const accountOfPrincipal = (id: string, { seen }: Known): string => {
  for (const key of seen.keysOf(id)) return seen.ofKey(key)?.accountId ?? ''
  return /^(\d{12}):/.exec(id)?.[1] ?? ''
}

type Index = ReadonlyMap<string, ReadonlySet<string>>
type Walk = Known & {
  readonly byParent: Index
  readonly byOwner: Index
  /** What a principal made without its key being known, by time, as far as no session has claimed it yet. */
  readonly keyless: Map<string, HandedOut[]>
}

const childrenOf = (node: GraphNode, walk: Walk): readonly GraphNode[] => {
  const below = (ids: Iterable<string>, via?: string) =>
    [...ids].map((id) =>
      nodeOf(id, node.depth + 1, walk, { from: node.id, ...(via !== undefined && { via }) }),
    )
  const own = below(credentialsOf(node, walk), 'used')
  return [...own, ...below(madeBy(node, walk))].filter(({ id }) => id !== node.id)
}

/** What its calls handed out. The owner's copy of a cross-account call names the session but not its key. */
const madeBy = (node: GraphNode, walk: Walk): readonly string[] => {
  const { byParent, made, seen } = walk
  const direct = [...(byParent.get(node.id) ?? [])]
  if (node.kind === 'access-key') return direct
  if (node.kind !== 'session') return direct.filter((id) => !seen.ofKey(made.get(id)!.byKey))
  return [...new Set([...direct, ...claimedBy(node, walk)])]
}

/**
 * What was made in the session's time. The first session that may have made a thing claims it, so that of thousands of sessions of one name
 * each looks only at what is left.
 */
const claimedBy = (
  { principalId = '', time: begun = '', expires = '~' }: GraphNode,
  { byParent, made, keyless }: Walk,
): readonly string[] => {
  const left = keyless.get(principalId) ?? keylessOf(byParent.get(principalId) ?? [], made)
  keyless.set(principalId, left)
  const from = left.findIndex(({ time }) => time >= begun)
  const to = left.findLastIndex(({ time }) => time <= expires)
  return from < 0 || to < from ? [] : left.splice(from, to - from + 1).map(({ id }) => id)
}

const keylessOf = (ids: Iterable<string>, made: ReadonlyMap<string, HandedOut>): HandedOut[] =>
  [...ids]
    .map((id) => made.get(id)!)
    .filter(({ byKey }) => byKey === '')
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))

/** Keys seen acting for a principal, an instance, a function or a user whose password was set. A key stands for itself. */
const credentialsOf = (node: GraphNode, { seen, byOwner }: Walk): readonly string[] => {
  switch (node.kind) {
    case 'access-key':
    case 'session':
      return []
    case 'function':
      return [...seen.keysOf(nameWithin(node.roleArn ?? '', node.name))]
    case 'password': {
      const ids = seen.idsOf(userWithin(node.accountId, node.name))
      return [...ids].flatMap((id) => consoleKeys(id, node.time ?? '', seen))
    }
    default:
      return [...new Set([...seen.keysOf(node.id), ...(byOwner.get(node.id) ?? [])])]
  }
}

/** Temporary credentials of a user made after its password was set: what a console sign-in leads to. */
const consoleKeys = (userId: string, since: string, seen: Known['seen']): readonly string[] =>
  [...seen.keysOf(userId)].filter((key) => {
    const use = seen.ofKey(key)
    return key.startsWith('ASIA') && use !== undefined && (use.created ?? use.first) >= since
  })
