import { join, relative } from 'node:path'
import { type Playbook, parsePlaybook } from '../lib/containment/playbook.ts'
import { type Config, NO_CONFIG, parseConfig } from '../lib/detection/config.ts'
import { loadRules } from '../lib/detection/rules.ts'
import { readText, textFiles } from './files.ts'
import { packageRoot } from './package-root.ts'

/** Rules of this package and of the folders the user named. A bad rule is returned with its file and line; the others count. */
export const readRules = async (options: {
  folders: readonly string[]
  ownRules: boolean
  config?: Config
}) => {
  const { packs, placeholders } = options.config ?? NO_CONFIG
  const own = options.ownRules ? [join(packageRoot(), 'rules')] : []
  const files = await Promise.all(
    [...own, ...options.folders].map((folder) => textFiles(folder, ['.yml', '.yaml'])),
  )
  return loadRules(files.flat(), { packs, placeholders })
}

/** What the owner knows: `trailwarden.yml`, when one is named. */
export const readConfig = async (path: string | undefined): Promise<Config> =>
  path === undefined ? NO_CONFIG : parseConfig(path, await readText(path))

/** What a configuration tells the detector. Accounts named on the command line count too. */
export const detectWith = (config: Config, knownAccounts: readonly string[] = []) => ({
  knownAccounts: [...config.knownAccounts, ...knownAccounts],
  suppressions: config.suppressions,
  shadow: config.shadow,
  attempts: config.attempts,
})

/** Playbooks of this package. */
export const readPlaybooks = async (): Promise<Playbook[]> => {
  const root = packageRoot()
  const files = await textFiles(join(root, 'playbooks'), ['.yml'])
  return files.map(({ path, text }) => parsePlaybook(text, relative(root, path)))
}
