import type { Command } from 'commander'
import { historyOf, type RuleHistory } from '../../lib/detection/backtest.ts'
import { learningDetector } from '../../lib/detection/baseline/learning.ts'
import { type EventPattern, eventPatternOf } from '../../lib/detection/event-pattern.ts'
import { fastLaneOf } from '../../lib/detection/fast-lane.ts'
import { lintRules } from '../../lib/detection/lint.ts'
import type { Rule } from '../../lib/detection/rules.ts'
import { UsageError } from '../../lib/errors.ts'
import type { Finding } from '../../lib/finding.ts'
import { ingestEvents } from '../../lib/ingest.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { detectWith, readConfig } from '../content.ts'
import { many } from '../options.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'
import { common, load, type RulesOptions } from './rules-load.ts'

interface BacktestOptions extends RulesOptions {
  readonly only: readonly string[]
  readonly knownAccount: readonly string[]
}

/** `rules lint`, `rules backtest` and `rules pattern`: what rules are worth before they report. */
export const addRulesStudy = (rules: Command, session: Session): void => {
  common(
    rules
      .command('lint')
      .description("Hold rules against CloudTrail's schema: fields and values that cannot occur."),
  )
    .addHelpText('after', LINT_HELP)
    .action((options: RulesOptions) => lint(options, session))
  common(
    rules
      .command('backtest')
      .argument('<source>', 'folder, file or s3://bucket/prefix')
      .description('What the rules would have reported over a history: counts, actors, samples.'),
  )
    .option('--only <id...>', 'these rules', many, [])
    .option('--known-account <id...>', 'accounts of your own: sharing with them is no finding', many, [])
    .addHelpText('after', BACKTEST_HELP)
    .action((source: string, options: BacktestOptions) => backtest(source, options, session))
  common(
    rules
      .command('pattern')
      .argument('[rule...]', 'ids of rules (default: all)')
      .description('The EventBridge pattern that lets through all a rule may match, and little else.')
      .option(
        '--fast-lane',
        'the patterns of all rules together, as `sls deploy` puts them before the fast lane',
        false,
      ),
  )
    .addHelpText('after', PATTERN_HELP)
    .action((ids: readonly string[], options: PatternOptions) => pattern(ids, options, session))
}

const LINT_HELP = `
Exit status: 1 when something can never match, or a rule cannot be loaded.

Example:
  trailwarden rules lint --rules ./my-rules --no-default-rules
`
const BACKTEST_HELP = `
Examples:
  trailwarden rules backtest ./my-bucket --rules ./new-rules --no-default-rules
  trailwarden rules backtest ./my-bucket --only iam-user-created --format json
`
const PATTERN_HELP = `
Example:
  trailwarden rules pattern cloudtrail-trail-stopped
  trailwarden rules pattern --fast-lane
`

const lint = async (options: RulesOptions, session: Session): Promise<void> => {
  const { terminal } = session
  const { rules, rejected } = await load(options, session)
  const found = lintRules(rules)
  const errors = found.filter(({ severity }) => severity === 'error').length
  if (options.format === 'json')
    terminal.out(JSON.stringify({ rules: rules.length, found, rejected }, null, 2))
  else {
    for (const { severity, file, line, code, message } of found) {
      terminal.out(terminalSafe(`${severity.padEnd(8)}${file}:${line}: ${message} [${code}]`))
    }
    terminal.out(
      `${rules.length} rules: ${errors} errors, ${found.length - errors} warnings; ${rejected.length} could not be loaded`,
    )
  }
  if (errors + rejected.length > 0) session.exit(1)
}

const backtest = async (name: string, options: BacktestOptions, session: Session): Promise<void> => {
  const { terminal } = session
  const { rules } = await load(options, session)
  refuseUnknown(options.only, rules)
  const config = await readConfig(options.config)
  const source = await openSource(name, {}, terminal)
  const detector = learningDetector(rules, { ...detectWith(config, options.knownAccount), shadow: [] })
  const findings: Finding[] = []
  const days = new Set<string>()
  const progress = terminal.progress('reading objects')
  let listed = 0
  const { events } = await ingestEvents(source, {
    onObject: () => progress.update(++listed),
    onEvent: (located) => {
      days.add(String(located.event.eventTime).slice(0, 10))
      findings.push(...detector.detect(located))
    },
  }).finally(progress.stop)
  const { findings: last, repeats, suppressed } = detector.finish()
  findings.push(...last)
  const wanted = options.only.length > 0 ? new Set(options.only) : undefined
  const history = historyOf(findings.filter(({ rule }) => !wanted || wanted.has(rule.id)))
  const shown = history.map((one) => ({ ...one, repeats: repeatsOf(repeats, one) }))
  if (options.format === 'json') {
    const silent = rules.map(({ ref }) => ref.id).filter((id) => !history.some(({ rule }) => rule.id === id))
    terminal.out(
      JSON.stringify({ events: events.kept, days: days.size, rules: shown, silent, suppressed }, null, 2),
    )
    return
  }
  for (const one of shown) terminal.out(historyText(one))
  const total = shown.reduce((sum, one) => sum + one.findings, 0)
  const rate = events.kept > 0 ? ((total * 1000) / events.kept).toFixed(2) : '0'
  terminal.out(
    `${counted(events.kept, 'event')} of ${counted(days.size, 'day')}; ${counted(total, 'finding')} of ${counted(shown.length, 'rule')}, ${rate} for 1,000 events`,
  )
}

const counted = (n: number, what: string): string =>
  `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`

type Repeats = ReturnType<ReturnType<typeof learningDetector>['finish']>['repeats']

const repeatsOf = (repeats: Repeats, { rule }: RuleHistory): number =>
  repeats.filter((one) => one.rule === rule.id).reduce((sum, { count }) => sum + count, 0)

const historyText = ({
  rule,
  findings,
  repeats,
  days,
  actors,
  samples,
}: RuleHistory & { repeats: number }): string => {
  const again = repeats > 0 ? `, told once for ${counted(repeats, 'repeat')}` : ''
  return [
    `${rule.level.padEnd(14)}${rule.id}  ${counted(findings, 'finding')} on ${counted(days, 'day')}${again}`,
    ...actors.slice(0, 3).map((one) => `${' '.repeat(14)}${one.findings} by ${one.actor}`),
    ...samples
      .slice(0, 2)
      .map((one) => `${' '.repeat(14)}${one.time}  ${one.eventName}  ${one.eventID}  ${one.key}`),
  ]
    .map(terminalSafe)
    .join('\n')
}

interface PatternOptions extends RulesOptions {
  readonly fastLane: boolean
}

const pattern = async (ids: readonly string[], options: PatternOptions, session: Session): Promise<void> => {
  const { rules } = await load(options, session)
  if (options.fastLane) {
    if (ids.length > 0) throw new UsageError('--fast-lane: expected no rule, since it speaks of all')
    const { patterns, waiting } = fastLaneOf(rules)
    session.terminal.out(JSON.stringify(patterns, null, 2))
    for (const id of waiting)
      session.terminal.note(`${terminalSafe(id)}: any event may match; it waits for the log file`)
    return
  }
  refuseUnknown(ids, rules)
  const wanted = ids.length > 0 ? rules.filter(({ ref }) => ids.includes(ref.id)) : rules
  const patterns: Record<string, EventPattern> = {}
  for (const rule of wanted) patterns[rule.ref.id] = eventPatternOf(rule, rules)
  const one = ids.length === 1 ? patterns[ids[0]!] : patterns
  session.terminal.out(JSON.stringify(one, null, 2))
}

const refuseUnknown = (ids: readonly string[], rules: readonly Rule[]): void => {
  const known = new Set(rules.map(({ ref }) => ref.id))
  const unknown = ids.find((id) => !known.has(id))
  if (unknown) throw new UsageError(`${unknown}: no such rule; trailwarden rules list names them all`)
}
