// Parts of the library for scripts that run on any Node: TypeScript is bundled, then loaded.
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { join, relative } = require('node:path')
const { buildSync } = require('esbuild')

const root = join(__dirname, '..')

/** What a module of the library exports. */
const load = (path) => {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, path)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  })
  const module = { exports: {} }
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require)
  return module.exports
}

const CONFIG = 'trailwarden.yml'

/** The owner's trailwarden.yml beside serverless.yml, read; what holds without one when there is none. Throws when it is wrong. */
const readConfig = () => {
  const { NO_CONFIG, parseConfig } = load('lib/detection/config.ts')
  const file = join(root, CONFIG)
  if (!existsSync(file)) return NO_CONFIG
  const config = parseConfig(CONFIG, readFileSync(file, 'utf8'))
  load('lib/containment/automatic.ts').automaticTypes(config.automatic)
  return config
}

/** Every rule file, in name order. */
const ruleFiles = () =>
  readdirSync(join(root, 'rules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

module.exports = { load, readConfig, ruleFiles }
