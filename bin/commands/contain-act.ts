import Table from 'cli-table3'
import type { Command } from 'commander'
import { descendantsOf } from '../../lib/contain-sessions.ts'
import { applyPlan, type Outcome } from '../../lib/containment/apply.ts'
import { approvePlan, subjectsOf } from '../../lib/containment/approve.ts'
import { awsCliCommand } from '../../lib/containment/cli-command.ts'
import type { ActionRecord, Book } from '../../lib/containment/fold.ts'
import { releaseAction, undoCalls } from '../../lib/containment/release.ts'
import { printable } from '../../lib/containment/render.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { nextCheck, verifyToTheEnd } from '../../lib/containment/verify.ts'
import type { Finding } from '../../lib/finding.ts'
import {
  type ActOptions,
  actionCalled,
  actOptions,
  openBook,
  openContainWorld,
  planCalled,
} from '../containment-world.ts'
import { formatOption } from '../options.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'
import type { Terminal } from '../terminal.ts'

/** `contain approve|apply|verify|release|status`: what a recorded plan goes through. */
export const addContainActs = (contain: Command, session: Session): void => {
  actOptions(contain.command('approve'))
    .description('Approve a recorded plan, as whoever your AWS credentials say you are. Valid for an hour.')
    .argument('<hash>', 'hash of the plan, or its first 8 characters')
    .option(
      '--logs <source>',
      'folder or s3://bucket/prefix: nobody whose credentials were made by who is contained may approve',
    )
    .addHelpText('after', example('approve 3f1c8a90 --ledger containment.jsonl'))
    .action((hash: string, options: ActOptions & { logs?: string }) => approve(hash, options, session))
  actOptions(contain.command('apply'))
    .description('Do what was approved. What has changed since the plan was made is not done.')
    .argument('<hash>', 'hash of the plan, or its first 8 characters')
    .addHelpText('after', example('apply 3f1c8a90 --ledger containment.jsonl', NOT_ALL))
    .action((hash: string, options: ActOptions) => apply(hash, options, session))
  actOptions(contain.command('verify'))
    .description(
      'See whether it holds: after 10 seconds, a minute and 5 minutes. Made again where somebody undoes it.',
    )
    .argument('[action]', 'id of the action, or its first 8 characters; all of them when left out')
    .option(
      '--once',
      'only what is due now: also goes on with what was interrupted, and sees to what expires',
    )
    .addHelpText(
      'after',
      example('verify --ledger containment.jsonl', 'Exit status: 1 when something is not verified.'),
    )
    .action((id: string | undefined, options: ActOptions & { once?: boolean }) =>
      verify(id, options, session),
    )
  actOptions(contain.command('release'))
    .description('Put back what an action changed: never more than there was.')
    .argument('<action>', 'id of the action, or its first 8 characters')
    .option('--activate-keys', 'also make credentials active again')
    .option('--early', 'although sessions that it denies may still live')
    .addHelpText(
      'after',
      example('release 276b2c03 --ledger containment.jsonl', 'Exit status: 1 when it is not released.'),
    )
    .action((id: string, options: ActOptions & ReleaseFlags) => release(id, options, session))
  contain
    .command('status')
    .description('What is contained, until when, and how to undo it. Asks nothing of AWS.')
    .requiredOption('--ledger <file>', 'what containment remembers')
    .addOption(formatOption('text', 'json'))
    .addHelpText('after', example('status --ledger containment.jsonl'))
    .action((options: { ledger: string; format: string }) => status(options, session))
}

interface ReleaseFlags {
  readonly activateKeys?: boolean
  readonly early?: boolean
}

const NOT_ALL = 'Exit status: 1 when something of the plan was not done.'

const example = (line: string, status?: string): string =>
  `${status ? `\n${status}\n` : ''}\nExample:\n  trailwarden contain ${line}\n`

const approve = async (
  hash: string,
  options: ActOptions & { readonly logs?: string },
  { terminal, exit }: Session,
): Promise<void> => {
  const book = await openBook(options.ledger)
  const plan = planCalled(book, hash)
  const made = options.logs === undefined ? undefined : await madeBy(book, plan, options.logs, terminal)
  const { world, caller } = await openContainWorld(options)
  const refused = await approvePlan(world, plan, caller, made)
  terminal.out(
    refused ? `not approved: ${printable(refused)}` : `approved by ${printable(caller.arn)}: plan ${plan}`,
  )
  if (refused) exit(1)
}

/** Everything that who the plan contains has made, as the logs tell. */
const madeBy = async (
  book: Book,
  plan: string,
  logs: string,
  terminal: Terminal,
): Promise<ReadonlySet<string>> => {
  const source = await openSource(logs, {}, terminal)
  const { ids, truncated } = await descendantsOf(source, subjectsOf(book, plan), source.clock.now())
  if (truncated) terminal.note('session graph: it is not whole, there is more than could be kept')
  return ids
}

const apply = async (hash: string, options: ActOptions, session: Session): Promise<void> => {
  const plan = planCalled(await openBook(options.ledger), hash)
  const { world } = await openContainWorld(options)
  const { outcomes, notices } = await applyPlan(world, plan)
  show(outcomes, notices, session)
  if (outcomes.some(({ state }) => state !== 'APPLIED' && state !== 'ALREADY')) session.exit(1)
}

const verify = async (
  id: string | undefined,
  options: ActOptions & { readonly once?: boolean },
  session: Session,
): Promise<void> => {
  const book = await openBook(options.ledger)
  const chosen = id === undefined ? [...book.actions.values()] : [actionCalled(book, id)]
  const { world } = await openContainWorld(options)
  if (options.once) {
    const { outcomes, notices } = await sweepContainment(world)
    return show(outcomes, notices, session)
  }
  for (const { id: action, planned } of chosen.filter((record) => nextCheck(record) !== undefined)) {
    const { state, notices } = await verifyToTheEnd(world, action)
    show([{ action, title: planned.prepared.action.title, state }], notices, session)
    if (state !== 'VERIFIED') session.exit(1)
  }
}

const release = async (id: string, options: ActOptions & ReleaseFlags, session: Session): Promise<void> => {
  const { id: action, planned } = actionCalled(await openBook(options.ledger), id)
  const { world, caller } = await openContainWorld(options)
  const { activateKeys = false, early = false } = options
  const { state, reason } = await releaseAction(world, action, { by: caller.arn, activateKeys, early })
  show(
    [{ action, title: planned.prepared.action.title, state, ...(reason !== undefined && { reason }) }],
    [],
    session,
  )
  if (state !== 'RELEASED') session.exit(1)
}

const show = (outcomes: readonly Outcome[], notices: readonly Finding[], { terminal }: Session): void => {
  for (const { action, title, state, reason } of outcomes) {
    terminal.out(`${state.padEnd(10)} ${action.slice(0, 8)}  ${printable(title)}`)
    if (reason !== undefined) terminal.out(`           ${printable(reason)}`)
  }
  for (const { rule } of notices) terminal.note(`${rule.level}: ${printable(rule.title)}`)
}

const status = async (
  { ledger, format }: { readonly ledger: string; readonly format: string },
  { terminal }: Session,
): Promise<void> => {
  const records = [...(await openBook(ledger)).actions.values()]
  if (format === 'json') return terminal.out(JSON.stringify(records.map(statusOf), null, 2))
  if (records.length === 0) return terminal.out('Nothing has been planned in this ledger.')
  const head = ['action', 'state', 'until', 'what', 'undo']
  const table = new Table({ head, style: { head: [], border: [], compact: true } })
  for (const record of records) {
    const { id, state, expires, title, undo } = statusOf(record)
    table.push([id.slice(0, 8), state, expires ?? '', printable(title), undo.map(printable).join('\n')])
  }
  terminal.out(table.toString())
}

const LASTING = new Set(['APPLIED', 'VERIFIED', 'TAMPERED', 'PARTIAL', 'CONFLICT'])

const statusOf = (record: ActionRecord) => {
  const { id, state, planned, applied, note } = record
  const lasting = LASTING.has(state)
  return {
    id,
    state,
    title: planned.prepared.action.title,
    plan: planned.plan,
    ...(note !== undefined && { note }),
    ...(lasting && applied && { since: applied.at, expires: applied.expires, owner: applied.owner }),
    undo: lasting ? undoCalls(record).map(awsCliCommand) : [],
  }
}
