import type { Command } from 'commander'
import { containmentLog } from '../../lib/contain-report.ts'
import { fileLedger } from '../../lib/local/ledger.ts'
import type { LedgerEntry } from '../../lib/ports.ts'
import { containmentHtml, containmentMarkdown } from '../../lib/report/containment-page.ts'
import { openBook } from '../containment-world.ts'
import { writeWhole } from '../files.ts'
import { formatOption } from '../options.ts'
import { version } from '../package-root.ts'
import type { Session } from '../session.ts'

interface ReportOptions {
  readonly ledger: string
  readonly format: 'markdown' | 'html' | 'json'
  readonly out?: string
}

/** `trailwarden contain report`: what a ledger says, for people and tickets. */
export const addContainReport = (contain: Command, session: Session): void => {
  contain
    .command('report')
    .description(
      'Everything a ledger says: who approved what, every call with its request id, every look, undo and expiry. Asks nothing of AWS.',
    )
    .requiredOption('--ledger <file>', 'what containment remembers')
    .option('--out <file>', 'write it here instead of printing it')
    .addOption(formatOption('markdown', 'html', 'json'))
    .addHelpText('after', HELP)
    .action((options: ReportOptions) => report(options, session))
}

const HELP = `
Example:
  trailwarden contain report --ledger containment.jsonl --format html --out containment.html
`

const report = async ({ ledger, format, out }: ReportOptions, { terminal }: Session): Promise<void> => {
  await openBook(ledger)
  const log = containmentLog(await entriesOf(ledger))
  const text =
    format === 'json'
      ? `${JSON.stringify(log, null, 2)}\n`
      : WRITERS[format]({ version: version(), source: ledger, log })
  if (out === undefined) terminal.out(text.trimEnd())
  else await writeWhole(out, text)
}

const WRITERS = { html: containmentHtml, markdown: containmentMarkdown } as const

/** All entries of a ledger file, its chain checked. Throws `LedgerDamaged`. */
export const entriesOf = async (file: string): Promise<readonly LedgerEntry[]> => {
  const entries: LedgerEntry[] = []
  for await (const entry of fileLedger(file).entries()) entries.push(entry)
  return entries
}
