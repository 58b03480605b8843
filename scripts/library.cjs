// Parts of the library for scripts that run on any Node: TypeScript is bundled, then loaded.
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { join, relative, resolve } = require('node:path')
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

/**
 * The databases of networks that the owner's trailwarden.yml names, relative to it: where each is, and what it is called beside a function.
 * Throws when one is missing or none, and when they are too much for a function.
 */
const networkDatabases = () => {
  const { mmdbDatabase } = load('lib/network-database.ts')
  const found = readConfig().networkDatabases.map((name, i) => {
    const path = resolve(root, name)
    if (!existsSync(path)) throw new Error(`${CONFIG}: networkDatabases: expected a file ${path}, found none`)
    return { path, packed: `network-${i}.mmdb`, bytes: readFileSync(path) }
  })
  for (const { path, bytes } of found) mmdbDatabase([{ name: path, bytes }])
  const sum = found.reduce((bytes, one) => bytes + one.bytes.length, 0)
  if (sum > MOST_BYTES)
    throw new Error(
      `${CONFIG}: networkDatabases: expected at most ${MOST_BYTES} bytes together, which is what a function may hold, found ${sum}`,
    )
  return found
}

/** A function may hold 250 MB, with its code. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_BYTES = 200_000_000

/** Every rule file, in name order. */
const ruleFiles = () =>
  readdirSync(join(root, 'rules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

module.exports = { load, networkDatabases, readConfig, ruleFiles }
