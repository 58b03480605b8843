import type { Command } from 'commander'
import type { LoadedRules } from '../../lib/detection/rules.ts'
import { UsageError } from '../../lib/errors.ts'
import { terminalSafe } from '../../lib/report/escape.ts'
import { readConfig, readRules } from '../content.ts'
import { configOption, formatOption, many } from '../options.ts'
import type { Session } from '../session.ts'

export interface RulesOptions {
  readonly rules: readonly string[]
  readonly defaultRules: boolean
  readonly config?: string
  readonly format: 'text' | 'json'
}

/** Options of every command about rules. */
export const common = (command: Command): Command =>
  command
    .option('--rules <dir...>', 'more Sigma rules: a folder or a file', many, [])
    .option('--no-default-rules', 'leave out the rules that come with Trailwarden')
    .addOption(configOption())
    .addOption(formatOption('text', 'json'))

/** Loads the rules; says on stderr which cannot be used. */
export const load = async (options: RulesOptions, { terminal }: Session): Promise<LoadedRules> => {
  const config = await readConfig(options.config)
  const loaded = await readRules({ folders: options.rules, ownRules: options.defaultRules, config })
  for (const { file, line, message } of loaded.rejected) {
    terminal.note(`${file}${line ? `:${line}` : ''}: ${terminalSafe(message)}`)
  }
  const ignored = Object.entries(loaded.ignored)
  if (ignored.length > 0) {
    terminal.note(
      `left out, of other log sources: ${ignored.map(([source, n]) => `${n} ${terminalSafe(source)}`).join(', ')}`,
    )
  }
  for (const [pack, n] of Object.entries(loaded.packs)) {
    terminal.note(
      `left out: ${n} rules of the pack ${terminalSafe(pack)}; a config file with packs: [${terminalSafe(pack)}] loads them`,
    )
  }
  if (loaded.rules.length + loaded.rejected.length === 0)
    throw new UsageError('expected Sigma rules, found none')
  return loaded
}
