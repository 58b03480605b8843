import type { Command } from 'commander'
import { type CaseResult, runCases } from '../../lib/detection/cases.ts'
import { costsEveryEvent } from '../../lib/detection/index.ts'
import type { LoadedRules, Rule } from '../../lib/detection/rules.ts'
import { UsageError } from '../../lib/errors.ts'
import { LEVELS } from '../../lib/finding.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { readText } from '../files.ts'
import type { Session } from '../session.ts'
import { addRulesExplain } from './rules-explain.ts'
import { common, load, type RulesOptions } from './rules-load.ts'
import { addRulesStudy } from './rules-study.ts'

/** `trailwarden rules`: what is detected, and whether each rule does what its cases say. */
export const addRules = (program: Command, session: Session): void => {
  const rules = program.command('rules').description('The rules: list, show, test, lint, try on a history.')
  common(rules.command('list').description('Every rule with its level.'))
    .addHelpText(
      'after',
      '\nExamples:\n  trailwarden rules list\n  trailwarden rules list --rules ./sigma --no-default-rules --format json\n',
    )
    .action(async (options: RulesOptions) => list(await load(options, session), options, session))
  common(
    rules
      .command('show')
      .argument('<rule>', 'id of the rule')
      .description('One rule: what it says, costs and is tried on, and its file.'),
  )
    .addHelpText('after', '\nExample:\n  trailwarden rules show cloudtrail-trail-stopped\n')
    .action(async (id: string, options: RulesOptions) =>
      show(id, await load(options, session), options, session),
    )
  common(
    rules
      .command('test')
      .description('Run the cases of every rule: each must fire, or stay silent, as it says.'),
  )
    .addHelpText(
      'after',
      '\nExit status: 1 when a case fails or a rule cannot be loaded.\n\nExamples:\n  trailwarden rules test\n  trailwarden rules test --rules ./my-rules --no-default-rules\n',
    )
    .action(async (options: RulesOptions) => test(await load(options, session), options, session))
  addRulesExplain(rules, session)
  addRulesStudy(rules, session)
}

const list = (
  { rules, rejected }: LoadedRules,
  { format }: RulesOptions,
  { terminal, exit }: Session,
): void => {
  const order = [...rules].sort((a, b) => rank(b) - rank(a) || (a.ref.id < b.ref.id ? -1 : 1))
  if (format === 'json')
    terminal.out(
      JSON.stringify(
        order.map(({ ref, kind, file }) => ({ ...ref, kind, file })),
        null,
        2,
      ),
    )
  else
    for (const { ref } of order)
      terminal.out(`${ref.level.padEnd(14)}${terminalSafe(ref.id).padEnd(44)}${terminalSafe(ref.title)}`)
  if (format === 'text')
    terminal.note(`${rules.length} rules${rejected.length ? `, ${rejected.length} could not be loaded` : ''}`)
  if (rejected.length > 0) exit(1)
}

const rank = ({ ref }: Rule): number => LEVELS.indexOf(ref.level)

const show = async (
  id: string,
  { rules }: LoadedRules,
  { format }: RulesOptions,
  { terminal }: Session,
): Promise<void> => {
  const rule = rules.find(({ ref }) => ref.id === id)
  if (!rule) throw new UsageError(`${id}: no such rule; trailwarden rules list names them all`)
  const cases = runCases(rules, new Set([id]))
  const file = await readText(rule.file)
  if (format === 'json') {
    const { ref, kind, sigma, own } = rule
    const { description } = sigma
    terminal.out(
      JSON.stringify(
        { ...ref, kind, description, why: own?.why, merge: own?.merge, cases, file: rule.file, text: file },
        null,
        2,
      ),
    )
    return
  }
  for (const [name, value] of aboutOf(rule, cases)) terminal.out(`${name.padEnd(12)}${terminalSafe(value)}`)
  terminal.out('')
  terminal.out(file.trimEnd())
}

const aboutOf = (rule: Rule, cases: readonly CaseResult[]): readonly (readonly [string, string])[] => {
  const { ref, own, kind } = rule
  const passed = cases.filter(({ ok }) => ok).length
  const every = rule.kind === 'event' && costsEveryEvent(rule)
  const cost = every ? 'tested against every event' : 'tested against the calls it names'
  return [
    ['rule', `${ref.id}  (${ref.level})`],
    ['says', ref.title],
    ...(own?.why ? [['why', own.why.trim()] as const] : []),
    ...(ref.playbook ? [['playbook', ref.playbook] as const] : []),
    ...(own?.pack ? [['pack', own.pack] as const] : []),
    ...(own?.merge
      ? [
          [
            'repeats',
            `told once in ${own.merge.withinMs / 60_000} minutes for each ${own.merge.by.join(', ')}`,
          ] as const,
        ]
      : []),
    ['cost', kind === 'event' ? cost : `counts ${rule.kind === 'correlation' ? rule.bases.join(', ') : ''}`],
    ['cases', `${passed} of ${cases.length} pass`],
    ['file', rule.file],
  ]
}

const test = (
  { rules, rejected }: LoadedRules,
  { format }: RulesOptions,
  { terminal, exit }: Session,
): void => {
  const results = runCases(rules)
  const failed = results.filter(({ ok }) => !ok)
  const without = rules.filter(({ own }) => !own || own.cases.length === 0)
  if (format === 'json') {
    const untested = without.map(({ ref }) => ref.id)
    terminal.out(
      JSON.stringify(
        { cases: results, passed: results.length - failed.length, failed: failed.length, untested, rejected },
        null,
        2,
      ),
    )
  } else {
    for (const { rule, case: name, expected, file } of failed) {
      terminal.out(
        `FAILED  ${rule}: ${terminalSafe(name)}: expected ${expected ? 'a finding, found none' : 'silence, found a finding'} (${file})`,
      )
    }
    terminal.out(
      `${rules.length} rules, ${results.length} cases: ${results.length - failed.length} passed, ${failed.length} failed; ${without.length} rules without cases; ${rejected.length} could not be loaded`,
    )
  }
  if (failed.length + rejected.length > 0) exit(1)
}
