import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package: rules/, queries/ and playbooks/ lie in it, from a checkout and when installed. */
export const packageRoot = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'rules'))) return folder
    if (folder === dirname(folder))
      throw new Error('the package that holds rules/ and package.json is not complete')
  }
}

export const version = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version

/** How the user calls us: from a checkout through npm, which brings the right Node; installed by name. */
export const commandName = (): string =>
  import.meta.url.endsWith('.ts') ? 'npm run -s trailwarden --' : 'trailwarden'
