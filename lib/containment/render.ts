import type { ContainmentAction, ContainmentPlan, ManualSteps, RefusedAction } from '../action.ts'
import { awsCliCommand } from './cli-command.ts'

/** Controls, line separators, direction marks and invisible characters: what a terminal obeys instead of showing. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text for a terminal: what could act on it is shown as `\u{...}`. */
export const printable = (text: string): string =>
  text.replaceAll(UNSAFE, (unit) => `\\u{${unit.codePointAt(0)!.toString(16)}}`)

const TIERS = ['0: restores what was there', '1: narrow and reversible', '2: needs approval'] as const

/** The plan as plain text: what would be done and how to undo it, as commands a person can run. Ends with a newline. */
export const renderPlan = (plan: ContainmentPlan): string => {
  const { actions, refused, manual = [] } = plan
  const head = [
    `Containment plan (${plan.mode}): ${count(actions.length, 'action')}, ${count(refused.length, 'refusal')}. Nothing has been changed.`,
    `hash ${plan.hash}`,
  ]
  const lines = [
    ...head,
    ...actions.flatMap(actionLines),
    ...(refused.length > 0 ? ['', 'Refused', ...refused.flatMap(refusalLines)] : []),
    ...(manual.length > 0 ? ['', 'For people'] : []),
    ...manual.flatMap(manualLines),
  ]
  return `${lines.map((line) => printable(line)).join('\n')}\n`
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const actionLines = (action: ContainmentAction, index: number): readonly string[] => {
  const { target } = action
  const place = [target.accountId, target.region].filter((part) => part !== undefined).join(' ')
  return [
    '',
    `${index + 1}. ${action.title}`,
    `   level      ${action.level}, tier ${TIERS[action.tier]}`,
    `   target     ${target.kind} ${target.id} in ${place}`,
    `   why        ${action.reason}`,
    ...labelled('evidence', action.evidence === undefined ? [] : [EVIDENCE[action.evidence]]),
    `   affects    ${action.blastRadius}`,
    ...labelled('look', action.snapshot.map(awsCliCommand)),
    ...labelled('do', action.calls.map(awsCliCommand)),
    ...labelled('verify', action.verify),
    ...labelled('undo', action.undo.length === 0 ? ['by hand'] : action.undo.map(awsCliCommand)),
    `              (${UNDOES[action.reversibility]}) ${action.undoNote}`,
    ...labelled('limits', action.limits),
    `   needs      ${action.permissions.join(', ')}`,
    `   id         ${action.id}`,
  ]
}

const UNDOES = { exact: 'exact', partly: 'in part', no: 'cannot be undone' } as const

const EVIDENCE = {
  proven: 'the log file is covered by a valid digest',
  unproven: 'not proven by a digest: confirm the event first',
} as const

/** The label on the first line, the rest below it. */
const labelled = (label: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `   ${(index === 0 ? label : '').padEnd(10)} ${line}`)

const refusalLines = ({ title, target, reason, findings }: RefusedAction): readonly string[] => [
  `   - ${title}: ${target}`,
  `     ${reason} (${count(findings.length, 'finding')})`,
]

const manualLines = ({ title, playbook, steps, findings }: ManualSteps): readonly string[] => [
  `   ${title} (playbook ${playbook}, ${count(findings.length, 'finding')})`,
  ...steps.map((step, index) => `   ${index + 1}. ${step}`),
]
