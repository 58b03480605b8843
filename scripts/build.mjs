// Builds what is shipped: one CommonJS bundle per Lambda handler in functions/, and the command line as one ES module.
// Every file is written beside its place and renamed, so a test that imports dist/ never sees half a bundle.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { parseAllDocuments } from 'yaml'
import library from './library.cjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** Content that is handed to the library: `content:rules` is every rule as `{ path, text }`, in name order. */
const CONTENT = { rules: ['.yml', '.yaml'], queries: ['.sql'], playbooks: ['.yml', '.yaml'] }

const contentFiles = (folder) => {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && CONTENT[folder].some((end) => entry.name.endsWith(end)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: shipped(folder, readFileSync(join(root, path), 'utf8')) }))
}

/** What only people read, in rules/ and in docs/rules.md. */
const PROSE = ['description', 'references', 'author', 'date', 'modified', 'falsepositives']

/** A rule goes without its cases, which are half of it and for tests only, and without its prose. JSON is YAML. */
const shipped = (folder, text) => {
  if (folder !== 'rules') return text
  const documents = parseAllDocuments(text).map((document) => {
    const rule = document.toJS()
    if (rule?.trailwarden) for (const name of ['cases', 'why']) delete rule.trailwarden[name]
    for (const name of PROSE) delete rule?.[name]
    return JSON.stringify(rule)
  })
  return documents.join('\n---\n')
}

const databases = library.networkDatabases()

const packed = (files) => brotliCompressSync(JSON.stringify(files)).toString('base64')

const content = {
  name: 'content',
  setup({ onResolve, onLoad }) {
    // Read here and not in the function: what is wrong in it stops the build, and the bundle needs no YAML.
    onResolve({ filter: /^content:config$/ }, () => ({ path: 'config', namespace: 'config' }))
    // A database of networks is no text: it goes beside the bundle, which is told where.
    onResolve({ filter: /^content:network-databases$/ }, () => ({ path: 'networks', namespace: 'networks' }))
    onLoad({ filter: /.*/, namespace: 'networks' }, () => ({
      contents: `module.exports = [${databases.map(({ packed }) => `__dirname + ${JSON.stringify(`/${packed}`)}`)}]`,
      loader: 'js',
    }))
    onResolve({ filter: /^content:/ }, ({ path }) => {
      const folder = path.slice('content:'.length)
      if (Object.hasOwn(CONTENT, folder)) return { path: folder, namespace: 'content' }
      return { errors: [{ text: `no such content: ${path}; there is ${Object.keys(CONTENT).join(', ')}` }] }
    })
    onLoad({ filter: /.*/, namespace: 'config' }, () => ({
      contents: `export default ${JSON.stringify(library.readConfig())}`,
      loader: 'js',
    }))
    // Half a megabyte of rules is a tenth of that compressed, and unpacked within milliseconds of a cold start.
    onLoad({ filter: /.*/, namespace: 'content' }, ({ path }) => ({
      contents: `import { brotliDecompressSync } from 'node:zlib'
        export default JSON.parse(brotliDecompressSync(Buffer.from('${packed(contentFiles(path))}', 'base64')).toString())`,
      loader: 'js',
    }))
  },
}

const put = (file, bytes, mode) => {
  mkdirSync(dirname(file), { recursive: true })
  if (existsSync(file) && Buffer.compare(readFileSync(file), bytes) === 0) return
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, bytes)
  if (mode) chmodSync(fresh, mode)
  renameSync(fresh, file)
}

const write = (result, mode) => {
  for (const { path, contents } of result.outputFiles) {
    put(path, Buffer.from(contents), mode)
    console.log(`${String(Math.ceil(contents.length / 1024)).padStart(6)} KB  ${relative(root, path)}`)
  }
}

// esbuild has printed what is wrong and where
const build = (options) => esbuild.build(options).catch(() => process.exit(1))

const handlers = readdirSync(join(root, 'functions'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => basename(name, '.ts'))

const common = { absWorkingDir: root, bundle: true, platform: 'node', write: false, logLevel: 'warning' }

/** Rules are the only YAML of some handlers, and go in as JSON. */
const readsRulesOnly = (name) => {
  const contents = contentsOf(name)
  return contents.length > 0 && contents.every((content) => JSON_ONLY.has(content))
}
const JSON_ONLY = new Set(['rules', 'config', 'network-databases'])

const contentsOf = (name) =>
  [...readFileSync(join(root, `functions/${name}.ts`), 'utf8').matchAll(/'content:([\w-]+)'/g)].map(
    ([, folder]) => folder,
  )

/** Databases of networks beside the functions that read them; those of an earlier build go. */
const packDatabases = (name) => {
  const wanted = contentsOf(name).includes('network-databases') ? databases : []
  for (const { packed, bytes } of wanted) put(join(dist, name, packed), bytes)
  for (const file of existsSync(join(dist, name)) ? readdirSync(join(dist, name)) : []) {
    if (file.endsWith('.mmdb') && !wanted.some(({ packed }) => packed === file))
      rmSync(join(dist, name, file))
  }
}

const bundle = (names, alias) =>
  build({
    ...common,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, `functions/${name}.ts`])),
    alias,
    outdir: dist,
    minify: true,
    target: 'node24',
    format: 'cjs',
    // without it the SDK's CommonJS halves are taken, and a bundle grows by 40-100 %
    mainFields: ['module', 'main'],
    legalComments: 'none',
    plugins: [content],
  })

if (handlers.length > 0) {
  // the repository is "type": "module"; the zips carry no package.json at all
  put(join(dist, 'package.json'), Buffer.from('{"type":"commonjs"}\n'))
  handlers.forEach(packDatabases)
  write(await bundle(handlers.filter(readsRulesOnly), { yaml: './scripts/yaml-of-json.mjs' }))
  write(
    await bundle(
      handlers.filter((name) => !readsRulesOnly(name)),
      {},
    ),
  )
}

if (existsSync(join(root, 'bin/trailwarden.ts'))) {
  const commandLine = await build({
    ...common,
    entryPoints: {
      'bin/trailwarden': 'bin/trailwarden.ts',
      // Worker threads start from files of their own.
      'bin/inspect-worker': 'lib/local/inspect-worker.ts',
      'bin/examine-worker': 'bin/examine-worker.ts',
    },
    outdir: dist,
    target: 'node22',
    format: 'esm',
    // A command loads only what it needs.
    splitting: true,
    chunkNames: 'bin/[name]-[hash]',
    packages: 'external',
    plugins: [content],
  })
  put(join(dist, 'bin/package.json'), Buffer.from('{"type":"module"}\n'))
  write(commandLine, 0o755)
  const current = new Set(commandLine.outputFiles.map(({ path }) => path))
  for (const name of readdirSync(join(dist, 'bin'))) {
    const path = join(dist, 'bin', name)
    if (name.endsWith('.js') && !current.has(path)) rmSync(path)
  }
}
