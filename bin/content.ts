import { dirname, join, relative, resolve } from 'node:path'
import { type Playbook, parsePlaybook } from '../lib/containment/playbook.ts'
import { type Config, NO_CONFIG, parseConfig } from '../lib/detection/config.ts'
import { type LoadOptions, loadRules } from '../lib/detection/rules.ts'
import { readNetworkFiles } from '../lib/local/network-files.ts'
import type { SurroundingFiles } from '../lib/surroundings.ts'
import { readText, type TextFile, textFiles } from './files.ts'
import { packageRoot } from './package-root.ts'

/** Rule files, and how to load them: what a thread loads again comes out in the same order. */
export interface RuleSource {
  readonly files: readonly TextFile[]
  readonly options: LoadOptions
}

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
  const source: RuleSource = { files: files.flat(), options: { packs, placeholders } }
  return { ...loadRules(source.files, source.options), source }
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

/** Databases of networks that are named, those of the command line first, and what else of the configuration says where and when people work. */
export const surroundingsWith = async (
  { networkDatabases, knownNetworks, workingHours }: Config,
  configFile: string | undefined,
  named: readonly string[],
): Promise<SurroundingFiles> => {
  const beside = networkDatabases.map((path) => resolve(dirname(configFile ?? '.'), path))
  const paths = [...named, ...beside]
  const networkFiles = paths.length === 0 ? [] : await readNetworkFiles(paths)
  return { networkFiles, knownNetworks, workingHours }
}

/** Playbooks of this package. */
export const readPlaybooks = async (): Promise<Playbook[]> => {
  const root = packageRoot()
  const files = await textFiles(join(root, 'playbooks'), ['.yml'])
  return files.map(({ path, text }) => parsePlaybook(text, relative(root, path)))
}
