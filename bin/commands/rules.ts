import type { Command } from 'commander'
import { runCases } from '../../lib/detection/cases.ts'
import type { LoadedRules, Rule } from '../../lib/detection/rules.ts'
import { UsageError } from '../../lib/errors.ts'
import { LEVELS } from '../../lib/finding.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { readRules } from '../content.ts'
import { readText } from '../files.ts'
import { formatOption, many } from '../options.ts'
import type { Session } from '../session.ts'

interface RulesOptions {
  readonly rules: readonly string[]
  readonly defaultRules: boolean
  readonly format: 'text' | 'json'
}

/** `trailwarden rules`: what is detected, and whether each rule does what its cases say. */
export const addRules = (program: Command, session: Session): void => {
  const rules = program.command('rules').description('The rules: list them, show one, run their cases.')
  common(rules.command('list').description('Every rule with its level.'))
    .addHelpText(
      'after',
      '\nExamples:\n  trailwarden rules list\n  trailwarden rules list --rules ./sigma --no-default-rules --format json\n',
    )
    .action(async (options: RulesOptions) => list(await load(options, session), options, session))
  common(rules.command('show').argument('<rule>', 'id of the rule').description('The file of one rule.'))
    .addHelpText('after', '\nExample:\n  trailwarden rules show cloudtrail-trail-stopped\n')
    .action(async (id: string, options: RulesOptions) => show(id, await load(options, session), session))
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
}

const common = (command: Command): Command =>
  command
    .option('--rules <dir...>', 'more Sigma rules: a folder or a file', many, [])
    .option('--no-default-rules', 'leave out the rules that come with Trailwarden')
    .addOption(formatOption('text', 'json'))

const load = async (options: RulesOptions, { terminal }: Session): Promise<LoadedRules> => {
  const loaded = await readRules({ folders: options.rules, ownRules: options.defaultRules })
  for (const { file, line, message } of loaded.rejected) {
    terminal.note(`${file}${line ? `:${line}` : ''}: ${terminalSafe(message)}`)
  }
  const ignored = Object.entries(loaded.ignored)
  if (ignored.length > 0) {
    terminal.note(
      `left out, of other log sources: ${ignored.map(([source, n]) => `${n} ${terminalSafe(source)}`).join(', ')}`,
    )
  }
  if (loaded.rules.length + loaded.rejected.length === 0)
    throw new UsageError('expected Sigma rules, found none')
  return loaded
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

const show = async (id: string, { rules }: LoadedRules, { terminal }: Session): Promise<void> => {
  const rule = rules.find(({ ref }) => ref.id === id)
  if (!rule) throw new UsageError(`${id}: no such rule; trailwarden rules list names them all`)
  terminal.out((await readText(rule.file)).trimEnd())
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
