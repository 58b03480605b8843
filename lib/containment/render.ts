import type {
  ApiCall,
  ContainmentAction,
  ContainmentPlan,
  Fallback,
  Json,
  ManualSteps,
  RefusedAction,
} from '../action.ts'
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
    ...labelled('do', action.calls.flatMap(commandLines)),
    ...labelled('verify', action.verify),
    ...labelled('undo', action.undo.length === 0 ? ['by hand'] : action.undo.flatMap(commandLines)),
    `              (${UNDOES[action.reversibility]}) ${action.undoNote}`,
    ...labelled('else', (action.fallbacks ?? []).flatMap(fallbackLines)),
    ...labelled('limits', action.limits),
    `   needs      ${action.permissions.join(', ')}`,
    `   id         ${action.id}`,
  ]
}

/** The command, below what must hold for it; what the look answers stands in angle brackets until it has. */
const commandLines = (call: ApiCall): readonly string[] => {
  const { when, each } = call
  const condition =
    when === undefined
      ? []
      : 'error' in when
        ? [`# when look ${when.snapshot + 1} answers the error ${when.error}:`]
        : [`# when look ${when.snapshot + 1} answers ${JSON.stringify(when.equals)} to ${when.query}:`]
  const repeated = each ? [`# for each of ${each.query} in look ${each.snapshot + 1}:`] : []
  return [
    ...condition,
    ...repeated,
    awsCliCommand({ ...call, input: spelled(call.input) as ApiCall['input'] }),
  ]
}

const fallbackLines = ({ onErrors, tier, title, calls }: Fallback): readonly string[] => [
  `# after ${onErrors.join(' or ')} (tier ${tier}): ${title}`,
  ...calls.flatMap(commandLines),
]

/** References as words for people. */
const spelled = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => spelled(item))
  if (typeof value !== 'object' || value === null) return value
  const { $from, $item } = value as { readonly [name: string]: Json }
  if (typeof $item === 'string') return `<${$item} of it>`
  if (isFrom($from)) {
    const { snapshot, call, query } = $from
    return `<${query} of ${snapshot === undefined ? `do ${(call ?? 0) + 1}` : `look ${snapshot + 1}`}>`
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spelled(part as Json)]))
}

const isFrom = (
  value: Json | undefined,
): value is { readonly snapshot?: number; readonly call?: number; readonly query: string } =>
  typeof value === 'object' && value !== null && 'query' in value

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
