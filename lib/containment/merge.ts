import type { ContainmentAction, RefusedAction } from '../action.ts'
import { type Finding, LEVELS, type Level } from '../finding.ts'
import { canonicalJson } from './canonical.ts'
import type { Draft } from './draft.ts'

/** A draft and the finding that asked for it. */
export interface Asked {
  readonly draft: Draft
  readonly finding: Finding
  /** The event lies in a log file whose digest is valid. */
  readonly proven: boolean
}

/** An action with what only the order needs. */
export interface Merged {
  readonly action: ContainmentAction
  readonly nodes: readonly string[]
}

/** One action for all that ask for the same: all finding ids, the highest level, the strictest tier. */
export const mergeActions = (
  asked: readonly Asked[],
): { readonly actions: readonly Merged[]; readonly refused: readonly RefusedAction[] } => {
  const groups = Map.groupBy(pinnedByName(asked), ({ draft }) => draft.id)
  const actions: Merged[] = []
  const refused: RefusedAction[] = []
  for (const group of groups.values()) {
    const [same = [], ...others] = Map.groupBy(group, ({ draft }) => canonicalJson(draft.calls)).values()
    actions.push(merge(same))
    for (const { draft, finding } of others.flat()) {
      const reason =
        'asks for other calls on the same target than the action that is planned: compare both events by hand'
      refused.push({ title: draft.title, target: draft.target.id, reason, findings: [finding.id] })
    }
  }
  return { actions, refused }
}

/**
 * A user known by name only, whom another finding pins by unique id, is one user. When two ids bear the name, it was made
 * anew in between, and the draft stays as it is.
 */
const pinnedByName = (asked: readonly Asked[]): readonly Asked[] => {
  const pinned = new Map<string, Draft | 'ambiguous'>()
  const nameOf = ({ target }: Draft) => `${target.accountId}/${target.name}`
  const isPinned = (draft: Draft) => draft.target.id !== draft.target.name
  for (const { draft } of asked) {
    if (draft.type !== 'deny-user' || !isPinned(draft)) continue
    const known = pinned.get(nameOf(draft))
    pinned.set(
      nameOf(draft),
      known === undefined || (known !== 'ambiguous' && known.id === draft.id) ? draft : 'ambiguous',
    )
  }
  return asked.map((one) => {
    const known =
      one.draft.type === 'deny-user' && !isPinned(one.draft) ? pinned.get(nameOf(one.draft)) : undefined
    return known === undefined || known === 'ambiguous' ? one : { ...one, draft: known }
  })
}

const merge = (group: readonly Asked[]): Merged => {
  const { nodes: _nodes, ...first } = group[0]!.draft
  const findings = [...new Set(group.map(({ finding }) => finding.id))].sort()
  const provenBy = [...new Set(group.filter((one) => one.proven).map(({ finding }) => finding.id))].sort()
  const proven = provenBy.length > 0
  const limits = [...new Set(group.flatMap(({ draft }) => draft.limits))]
  const action: ContainmentAction = {
    ...first,
    tier: group.reduce((tier, { draft }) => (draft.tier > tier ? draft.tier : tier), first.tier),
    limits: proven ? limits : [...limits, unproven(group[0]!.finding)],
    reason: reasonOf(group, findings.length),
    findings,
    level: highest(group.map(({ finding }) => finding.rule.level)),
    evidence: proven ? 'proven' : 'unproven',
    ...(proven && provenBy.length < findings.length && { provenBy }),
  }
  return { action, nodes: [...new Set(group.flatMap(({ draft }) => draft.nodes))] }
}

const unproven = ({ event }: Finding): string =>
  `No valid digest covers the log file this rests on. Before you apply, confirm event ${event.eventID} in ${event.awsRegion} with CloudTrail's LookupEvents.`

const reasonOf = (group: readonly Asked[], count: number): string => {
  const { rule, event, id } = group[0]!.finding
  const more = count > 1 ? `, and ${count - 1} more finding${count > 2 ? 's' : ''}` : ''
  return `${rule.title}: ${event.eventName} in event ${event.eventID} (finding ${id})${more}`
}

const highest = (levels: readonly Level[]): Level =>
  LEVELS.findLast((level) => levels.includes(level)) ?? 'informational'

/** The same refusal for several findings is one line. */
export const mergeRefusals = (refused: readonly RefusedAction[]): readonly RefusedAction[] => {
  const groups = Map.groupBy(refused, ({ title, target, reason }) => JSON.stringify([title, target, reason]))
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({
      ...group[0]!,
      findings: [...new Set(group.flatMap(({ findings }) => findings))].sort(),
    }))
}
