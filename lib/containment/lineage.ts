import { at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'

/** Which credential made which: child -> parents, as far as the events say. */
export type Lineage = ReadonlyMap<string, ReadonlySet<string>>

/** Credentials and principals a successful event handed out: access keys, users, role sessions. */
const createdBy = (event: CloudTrailEvent): readonly string[] =>
  [
    at(event.responseElements, 'accessKey', 'accessKeyId'),
    at(event.responseElements, 'credentials', 'accessKeyId'),
    at(event.responseElements, 'user', 'userId'),
  ].flatMap((id) => text(id) ?? [])

/** Reads who made what from the events at hand. */
export const lineageOf = (events: readonly CloudTrailEvent[]): Lineage => {
  const parents = new Map<string, Set<string>>()
  const link = (child: string, parent: string) => {
    if (child === parent || parent === '') return
    parents.set(child, (parents.get(child) ?? new Set()).add(parent))
  }
  for (const event of events) {
    const who = identityOf(event)
    const owner = who.issuerId || who.principalId
    for (const child of createdBy(event)) for (const parent of [who.accessKeyId, owner]) link(child, parent)
  }
  return parents
}

/**
 * Steps from the farthest source of each credential that something made: 1 for a child of one nobody at hand made.
 * What is not in the map is a source. A cycle is cut where it is met.
 */
export const depthsOf = (lineage: Lineage): ReadonlyMap<string, number> => {
  const depths = new Map<string, number>()
  const open = new Set<string>()
  for (const start of lineage.keys()) {
    const stack = [start]
    while (stack.length > 0) {
      const node = stack.at(-1)!
      const parents = [...(lineage.get(node) ?? [])]
      const waiting = open.has(node)
        ? []
        : parents.filter((parent) => !depths.has(parent) && !open.has(parent))
      open.add(node)
      if (waiting.length > 0) stack.push(...waiting)
      else {
        stack.pop()
        if (!depths.has(node)) depths.set(node, parents.length === 0 ? 0 : 1 + deepest(parents, depths))
      }
    }
  }
  return depths
}

const deepest = (nodes: readonly string[], depths: ReadonlyMap<string, number>): number =>
  nodes.reduce((depth, node) => Math.max(depth, depths.get(node) ?? 0), 0)
