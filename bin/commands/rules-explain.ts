import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  type CountExplanation,
  type Explanation,
  explainCount,
  explainEvent,
  type LineAnswer,
  nearestOf,
} from '../../lib/detection/explain.ts'
import type { Rule } from '../../lib/detection/rules.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import type { LocatedEvent } from '../../lib/ports.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { eventIdOf } from '../../lib/trail/event.ts'
import { parseEventFile } from '../../lib/trail/event-file.ts'
import { readConfig } from '../content.ts'
import { many } from '../options.ts'
import type { Session } from '../session.ts'
import { common, load, type RulesOptions } from './rules-load.ts'

interface ExplainOptions extends RulesOptions {
  readonly event?: string
  readonly knownAccount: readonly string[]
}

const HELP = `
The file may be a log file, the output of lookup-events, an EventBridge envelope, bare events or JSON Lines. Of several events the first
on which the rule fires is explained, else the one that comes nearest.

Examples:
  trailwarden rules explain cloudtrail-trail-stopped event.json
  trailwarden rules explain iam-user-created log.json.gz --event 5f0f2a3e-0000-4000-8000-000000000001
`

/** `rules explain`: why a rule fires on an event, or does not. */
export const addRulesExplain = (rules: Command, session: Session): void => {
  common(
    rules
      .command('explain')
      .argument('<rule>', 'id of the rule')
      .argument('<file>', 'file of events')
      .description('Why a rule fires on an event, or does not: selection by selection, field by field.'),
  )
    .option('--event <id>', 'the event with this eventID')
    .option('--known-account <id...>', 'accounts of your own: sharing with them is no finding', many, [])
    .addHelpText('after', HELP)
    .action((id: string, file: string, options: ExplainOptions) => explain(id, file, options, session))
}

const explain = async (
  id: string,
  file: string,
  options: ExplainOptions,
  session: Session,
): Promise<void> => {
  const { terminal } = session
  const { rules } = await load(options, session)
  const rule = rules.find(({ ref }) => ref.id === id)
  if (!rule) throw new UsageError(`${id}: no such rule; trailwarden rules list names them all`)
  const config = await readConfig(options.config)
  const read = await eventsIn(file)
  const events =
    options.event === undefined ? read : read.filter(({ event }) => eventIdOf(event) === options.event)
  if (events.length === 0)
    throw new UsageError(`${file}: expected an event ${options.event ?? ''}, found none of ${read.length}`)
  const given = {
    knownAccounts: [...config.knownAccounts, ...options.knownAccount],
    placeholders: config.placeholders,
  }
  const count = rule.kind === 'correlation' ? explainCount(rules, rule, events, given) : undefined
  const explained = basesOf(rules, rule).flatMap((base) => {
    if (base.kind !== 'event') return []
    const all = events.map((located) => explainEvent(base, located, given))
    const nearest = nearestOf(all)
    return nearest ? [{ nearest, fired: all.filter(({ fires }) => fires).length }] : []
  })
  if (options.format === 'json') {
    const shown = explained.map(({ nearest, fired }) => ({ ...nearest, firesOn: fired }))
    terminal.out(
      JSON.stringify(
        { events: events.length, ...(count && { correlation: count }), explained: shown },
        null,
        2,
      ),
    )
    return
  }
  const text = [
    ...(count ? countLines(count, events.length) : []),
    ...explained.flatMap(({ nearest, fired }) => linesOf(nearest, fired, events.length)),
  ]
  for (const line of text) terminal.out(terminalSafe(line))
}

/** The rule, or those it counts. */
const basesOf = (rules: readonly Rule[], rule: Rule): readonly Rule[] =>
  rule.kind === 'event' ? [rule] : rules.filter(({ ref }) => rule.bases.includes(ref.id))

const eventsIn = async (file: string): Promise<readonly LocatedEvent[]> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file}: expected a readable file (${error.code})`, { cause: error })
  })
  try {
    return parseEventFile(bytes).events.map((one) => ({ ...one, key: file }))
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error })
  }
}

const linesOf = (one: Explanation, fired: number, events: number): readonly string[] => {
  const { rule, event, fires, conditions, selections, filtered } = one
  return [
    `${rule} ${fires ? 'fires' : 'does not fire'} on ${event.eventSource} ${event.eventName}, event ${event.eventID}${events > 1 ? `; it fires on ${fired} of ${events} events` : ''}`,
    ...conditions.map((condition) => `  condition: ${condition}`),
    ...(filtered ? ['  the condition holds, and a filter document takes the event out'] : []),
    ...selections.flatMap(({ name, holds, alternatives }) => [
      `  ${name}: ${holds ? 'holds' : 'does not hold'}${alternatives.length > 1 ? `, any of ${alternatives.length}` : ''}`,
      ...alternatives.flatMap((lines, i) => [
        ...(alternatives.length > 1 ? [`    ${i + 1}.`] : []),
        ...lines.map(lineText),
      ]),
    ]),
  ]
}

const lineText = ({ field, wanted, holds, found }: LineAnswer): string => {
  const what = `${holds ? 'yes' : 'no '}  ${field === '' ? 'anywhere' : field}: ${JSON.stringify(wanted)}`
  if (field === '') return `    ${what}`
  return `    ${what}; ${found ? `found ${found.map((text) => JSON.stringify(text)).join(', ')}` : 'the field is not there'}`
}

const countLines = (count: CountExplanation, events: number): readonly string[] => {
  const { rule, fires, type, groupBy, timespanMs, threshold, hits, skipped, groups } = count
  return [
    `${rule} ${fires ? 'fires' : 'does not fire'} on these ${events} events`,
    `  ${type}: at least ${threshold} within ${timespanMs / 1000} s${groupBy.length > 0 ? ` for each ${groupBy.join(', ')}` : ''}`,
    ...hits.map((one) => `  ${one.rule}: ${one.events} hits`),
    ...(skipped > 0
      ? [`  ${skipped} hits are not counted: a field to group by, or the time, is not there`]
      : []),
    ...groups.map(
      (one) =>
        `  group ${one.group.join(', ') || '(all)'}: ${one.hits} hits${one.values === undefined ? '' : `, ${one.values} different`}, ${one.first} to ${one.last}`,
    ),
  ]
}
