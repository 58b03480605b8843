import type { Finding } from '../finding.ts'
import { type DetectorOptions, makeDetector } from './detect.ts'
import { silencedBy } from './listeners.ts'
import { makeFinding } from './make-finding.ts'
import type { Rule } from './rules.ts'

/** A finding as our own rules tell it. */
export interface Confirmed {
  /** Level and playbook are those of our rule, everything else is read from the event again. */
  readonly finding: Finding
  /** Why our rules do not say the same of this event; left out when they do. */
  readonly doubt?: string
}

/**
 * Holds a finding that somebody sent against our own rules: runs the rule that it names on its event again. Rule, level and playbook of the message count
 * for nothing where we have the rule. What rests on several events, or on no rule of ours, cannot be held against one event: it is doubted. Pure.
 */
export const confirmsFinding = (
  rules: readonly Rule[],
  finding: Finding,
  options: DetectorOptions = {},
): Confirmed => {
  const { id } = finding.rule
  const rule = rules.find(({ ref }) => ref.id === id)
  if (!rule) return { finding, doubt: `there is no rule ${id} that could be run on the event again` }
  const located = { event: finding.raw, ...finding.source }
  const ours = makeFinding(rule.ref, { located, events: finding.events })
  const told = finding.notes ? { ...ours, notes: finding.notes } : ours
  if (rule.kind !== 'event')
    return { finding: told, doubt: `rule ${id} counts events: one of them does not confirm it` }
  const { onHit: _onHit, minLevel: _minLevel, ...how } = options
  const [again] = silencedBy(rules).has(id) ? [] : makeDetector([rule], how).detect(located)
  return again?.rule.id === id
    ? { finding: { ...told, events: again.events } }
    : { finding: told, doubt: `rule ${id} does not report this event` }
}
