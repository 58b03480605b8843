import type { ContainmentAction, ContainmentPlan, ManualSteps, Mode, RefusedAction } from '../action.ts'
import type { Finding } from '../finding.ts'
import type { VerdictStatus } from '../verdict.ts'
import { BUILDERS, IDENTITY_TYPES } from './actions/builders.ts'
import { canonicalJson, sha256 } from './canonical.ts'
import { meets } from './conditions.ts'
import { type Context, type Draft, eventTarget, type Organization, type Refusal } from './draft.ts'
import { guardActor, isProtectedActor, isProven, refuseEvidence } from './guard.ts'
import { depthsOf, lineageOf } from './lineage.ts'
import { type Asked, mergeActions, mergeRefusals } from './merge.ts'
import { inOrder } from './order.ts'
import type { OwnSnapshots } from './own-snapshots.ts'
import type { Playbook, ProposedAction } from './playbook.ts'
import { revocationTime } from './policies.ts'
import { newestBefore, type TakenSnapshots } from './stored-snapshots.ts'

export interface PlanInput {
  readonly findings: readonly Finding[]
  readonly playbooks: readonly Playbook[]
  /** Verdict of each log file by the key findings cite; left out when nothing was validated. */
  readonly verdicts?: ReadonlyMap<string, VerdictStatus>
  /** Globs over ARNs and unique ids that the owner never wants contained. */
  readonly protectedPrincipals?: readonly string[]
  /** UTC ISO. Revocations reach five seconds past it. */
  readonly now: string
  readonly mode?: Mode
  /** Tells incidents apart in idempotency keys; without one, an action on a target is always the same action. */
  readonly incident?: string
  /** What things looked like before they were changed. */
  readonly ownSnapshots?: OwnSnapshots
  /** The same from several times: each finding gets the newest that was taken before its event. */
  readonly taken?: readonly TakenSnapshots[]
  /** Left out: service control policies are refused. */
  readonly organization?: Organization
}

/**
 * What containing these findings would take. Pure: the same input gives the same bytes, whatever the order of the
 * findings. Nothing is called and nothing is left out: what the guard refuses stands in `refused` with its reason.
 * Throws `RangeError` when `now` is no time.
 */
export const planContainment = (input: PlanInput): ContainmentPlan => {
  const findings = input.findings.toSorted(byId)
  const playbooks = new Map(input.playbooks.map((playbook) => [playbook.name, playbook]))
  const revokeBefore = revocationTime(input.now)
  const asked: Asked[] = []
  const refused: RefusedAction[] = []
  for (const finding of findings) {
    const answer = answerTo(finding, playbooks, { ...input, revokeBefore })
    asked.push(
      ...answer.drafts.map((draft) => ({ draft, finding, proven: isProven(finding, input.verdicts) })),
    )
    refused.push(...answer.refusals.map((refusal) => ({ ...refusal, findings: [finding.id] })))
  }
  const merged = mergeActions(asked)
  const depths = depthsOf(lineageOf(findings.map(({ raw }) => raw)))
  const actions = inOrder(merged.actions, depths)
  return {
    version: 1,
    mode: input.mode ?? 'observe',
    hash: planHash(actions),
    actions,
    refused: mergeRefusals([...refused, ...merged.refused]),
    manual: manualSteps(findings, playbooks),
  }
}

/** What an approval binds to: sha256 over the canonical JSON of the actions, lower-case hex. */
export const planHash = (actions: readonly ContainmentAction[]): string => sha256(canonicalJson(actions))

/** A finding delivered twice lies in two log files: then the file decides, so that the order is total. */
const byId = (a: Finding, b: Finding): number => {
  const [left, right] = [a, b].map(({ id, source }) => `${id}\n${source.key}\n${source.index}`)
  return left! < right! ? -1 : left! > right! ? 1 : 0
}

interface Answer {
  readonly drafts: readonly Draft[]
  readonly refusals: readonly Refusal[]
}

const refuseAll = (refusal: Refusal): Answer => ({ drafts: [], refusals: [refusal] })

const answerTo = (
  finding: Finding,
  playbooks: ReadonlyMap<string, Playbook>,
  input: PlanInput & { readonly revokeBefore: string },
): Answer => {
  const name = finding.rule.playbook
  if (name === undefined) return { drafts: [], refusals: [] }
  const target = eventTarget(finding.raw)
  const playbook = playbooks.get(name)
  if (!playbook)
    return refuseAll({ title: `Playbook ${name}`, target, reason: 'no playbook of this name was given' })
  if (playbook.actions.length === 0) return { drafts: [], refusals: [] }
  const evidence = refuseEvidence(finding, input.verdicts)
  if (evidence) return refuseAll({ title: `Playbook ${name}`, target, reason: evidence })
  const answer = proposals(finding, playbook, input)
  return answer.drafts.length + answer.refusals.length > 0
    ? answer
    : refuseAll({
        title: `Playbook ${name}`,
        target,
        reason: 'none of its actions applies to this event: its manual steps do',
      })
}

const proposals = (
  finding: Finding,
  playbook: Playbook,
  input: PlanInput & { readonly revokeBefore: string },
): Answer => {
  const protectedPrincipals = input.protectedPrincipals ?? []
  const actor = guardActor(finding.raw, protectedPrincipals)
  const drafts: Draft[] = []
  const refusals: Refusal[] = []
  const containsActor = (action: ProposedAction) => IDENTITY_TYPES.has(action.type) && action.of === 'actor'
  if ('reason' in actor && playbook.actions.some(containsActor)) {
    refusals.push({ title: 'Contain the actor', target: nameOfActor(finding), reason: actor.reason })
  }
  for (const action of playbook.actions) {
    if (containsActor(action) && 'reason' in actor) continue
    if (!meets(finding.raw, action.when)) continue
    const context: Context = {
      finding,
      event: finding.raw,
      whom: action.of,
      ...('value' in actor && { actor: actor.value }),
      revokeBefore: input.revokeBefore,
      incident: input.incident ?? '',
      protectedPrincipals,
      ownSnapshots:
        input.ownSnapshots ?? newestBefore(input.taken ?? [], finding.raw.eventTime)?.snapshots ?? {},
      ...(input.organization && { organization: input.organization }),
    }
    const proposal = BUILDERS[action.type](context)
    if (!proposal) continue
    if ('reason' in proposal) refusals.push(proposal)
    else drafts.push(ofProtectedActor(proposal, finding, protectedPrincipals))
  }
  return { drafts, refusals }
}

/** What a protected principal changed is not put back without asking: it may be the owner at work. */
const ofProtectedActor = (draft: Draft, finding: Finding, protectedPrincipals: readonly string[]): Draft =>
  isProtectedActor(finding.raw, protectedPrincipals)
    ? {
        ...draft,
        tier: 2,
        limits: [...draft.limits, 'A protected principal made the change: ask its owner before you undo it.'],
      }
    : draft

const nameOfActor = ({ actor, raw }: Finding): string =>
  actor.arn || actor.principalId || actor.invokedBy || actor.accountId || eventTarget(raw)

/** Steps for people, one entry a playbook that a finding named, in the playbooks' name order. */
const manualSteps = (
  findings: readonly Finding[],
  playbooks: ReadonlyMap<string, Playbook>,
): readonly ManualSteps[] => {
  const named = Map.groupBy(findings, ({ rule }) => rule.playbook ?? '')
  return [...named]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, asking]) => {
      const playbook = playbooks.get(name)
      if (!playbook || playbook.manual.length === 0) return []
      const ids = [...new Set(asking.map(({ id }) => id))]
      return [{ playbook: name, title: playbook.title, steps: playbook.manual, findings: ids }]
    })
}
