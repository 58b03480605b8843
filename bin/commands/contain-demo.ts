import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { containmentLog } from '../../lib/contain-report.ts'
import { UsageError } from '../../lib/errors.ts'
import type { AccountState } from '../../lib/local/simulated-account/state.ts'
import { type Outcome, pipeline } from '../../lib/pipeline.ts'
import {
  type ContainmentLog,
  containmentSentence,
  duration,
  metricsOf,
} from '../../lib/report/containment.ts'
import { readPlaybooks, readRules } from '../content.ts'
import type { AttackerKind } from '../demo/attacker.ts'
import { type Played, play } from '../demo/play.ts'
import { openStage, readExample, type Stage } from '../demo/stage.ts'
import { type Tell, teller } from '../demo/tell.ts'
import { shown, writeWhole } from '../files.ts'
import { packageRoot } from '../package-root.ts'
import { writeReport } from '../reports.ts'
import type { Session } from '../session.ts'
import { openSource } from '../source.ts'
import { entriesOf } from './contain-report.ts'

interface DemoOptions {
  readonly attacker: AttackerKind
  readonly keep?: string
  readonly speed: number
}

/** `trailwarden contain demo`: the whole of containment on the example incident, in a simulated account, in seconds. */
export const addContainDemo = (contain: Command, session: Session): void => {
  contain
    .command('demo')
    .description(
      'See it: the example incident, detected, planned, approved, contained, verified, reported and released in a simulated account. Needs no AWS account, calls nothing but 127.0.0.1.',
    )
    .addOption(
      new Option(
        '--attacker <kind>',
        'calls: goes on using both keys; undo: takes the containment back while IAM lets them',
      )
        .choices(['calls', 'undo'])
        .default('calls'),
    )
    .option('--keep <dir>', 'leave ledger, report, and the account before and after in this new folder')
    .option('--speed <n>', 'simulated seconds in one real second', parseSpeed, 60)
    .addHelpText('after', HELP)
    .action((options: DemoOptions) => demo(options, session))
}

const HELP = `
Exit status: 0 when every step held, 1 when one did not.

Examples:
  trailwarden contain demo
  trailwarden contain demo --attacker undo --keep ./demo
`

const parseSpeed = (text: string): number => {
  const speed = Number(text)
  if (speed >= 1 && speed <= 1_000_000) return speed
  throw new UsageError(`--speed: expected 1 to 1000000 simulated seconds a second, found ${text}`)
}

const demo = async (options: DemoOptions, session: Session): Promise<void> => {
  const { terminal } = session
  const began = Date.now()
  const folder = join(packageRoot(), 'examples', 'incident')
  const kept = options.keep === undefined ? undefined : await newFolder(options.keep)
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'trailwarden-demo-')))
  const tell = teller(terminal)
  terminal.out(terminal.paint('bold', 'Containment, from detection to release, without an AWS account'))
  tell.aside(
    `The account is simulated on 127.0.0.1; its clock runs ${options.speed} times as fast as yours. All times below are its.`,
  )
  const stage = await openStage(await readExample(folder), {
    ledgerFile: join(dir, 'ledger.jsonl'),
    speed: options.speed,
  })
  try {
    const { outcome, rules } = await detected(folder, stage, session)
    const report = async () => {
      const containment = containmentLog(await entriesOf(stage.ledgerFile), {
        findings: outcome.findings,
        verdicts: outcome.integrity.logVerdicts,
      })
      const source = join('examples', 'incident')
      const now = stage.time.now()
      await writeReport(dir, { source, outcome, quarantined: [], rules, now, containment })
      tellReport(tell, containment)
    }
    const played = await play({ stage, tell, outcome, kind: options.attacker }, report)
    await keepAccounts(dir, stage)
    conclude(played, { began, kept }, session)
  } finally {
    await stage.account.close()
    if (kept === undefined) await rm(dir, { recursive: true, force: true })
  }
}

/** Throws `UsageError` for a folder that holds anything: a ledger goes on where it ends. */
const newFolder = async (dir: string): Promise<string> => {
  await mkdir(dir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${dir}: expected a folder that can be written to (${error.code})`, { cause: error })
  })
  const there = await readdir(dir)
  if (there.length > 0) throw new UsageError(`${dir}: expected a new or empty folder, found ${there[0]}`)
  return dir
}

const detected = async (
  folder: string,
  stage: Stage,
  session: Session,
): Promise<{ outcome: Outcome; rules: { loaded: number; rejected: number } }> => {
  const source = await openSource(folder, {}, session.terminal)
  const { rules, rejected } = await readRules({ folders: [], ownRules: true })
  const playbooks = await readPlaybooks()
  const outcome = await pipeline(
    { ...source, clock: stage.time },
    { rules, playbooks },
    source.metadata ? { validate: { metadata: source.metadata } } : {},
  )
  return { outcome, rules: { loaded: rules.length, rejected: rejected.length } }
}

const tellReport = (tell: Tell, log: ContainmentLog): void => {
  const rows = log.actions.flatMap(({ events }) => events)
  const proven = rows.filter(({ evidence }) => evidence === 'digest verified').length
  tell.line(containmentSentence(log))
  for (const { name, seconds } of metricsOf(log)) tell.line(`${name}: ${duration(seconds)}`)
  tell.line(`evidence: ${proven} of ${rows.length} references rest on log files with a verified digest`)
  tell.aside(`from ${log.entries} entries of the ledger, each chained to the one before`)
}

const keepAccounts = async (dir: string, { example, account }: Stage): Promise<void> => {
  const json = (state: AccountState) => `${JSON.stringify(state, null, 2)}\n`
  await writeWhole(join(dir, 'account-before.json'), json(example.account))
  await writeWhole(join(dir, 'account-after.json'), json(account.state()))
}

const conclude = (
  { claims }: Played,
  { began, kept }: { readonly began: number; readonly kept: string | undefined },
  { terminal, exit }: Session,
): void => {
  const broken = claims.filter(({ held }) => !held)
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  terminal.out('')
  for (const { claim } of broken) terminal.out(terminal.paint('red', `did not hold: ${claim}`))
  const all = `${claims.length - broken.length} of ${claims.length} claims held, in ${seconds} seconds of your time.`
  terminal.out(terminal.paint(broken.length === 0 ? 'green' : 'red', all))
  if (kept !== undefined)
    terminal.out(
      `Everything is in ${shown(kept)}: report.html, report.md, ledger.jsonl, account-before.json, account-after.json`,
    )
  if (broken.length > 0) exit(1)
}
