import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Module {
  readonly path: string
  readonly text: string
  /** Paths from the root for relative imports, bare names for packages. Type imports included. */
  readonly imports: readonly string[]
}

const modules: readonly Module[] = [
  'functions',
  'lib',
  'bin',
  'test',
  'examples',
  'bench',
  'scripts',
].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => moduleAt(join(folder, name))),
)

function moduleAt(path: string): Module {
  const text = readFileSync(join(root, path), 'utf8')
  const found = [
    ...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^import\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1]!)
  const imports = found.map((name) =>
    name.startsWith('.') ? relative(root, join(root, dirname(path), name)) : name,
  )
  return { path, text, imports }
}

const below = (...folders: string[]) =>
  modules.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)))

/** `from -> import` for every import of these modules that `forbidden` names. */
const offences = (of: readonly Module[], forbidden: (imported: string, from: string) => boolean) =>
  of.flatMap(({ path, imports }) =>
    imports.filter((name) => forbidden(name, path)).map((name) => `${path} -> ${name}`),
  )

const NOUNS = [
  'integrity',
  'store',
  'detection',
  'sql',
  'query',
  'investigation',
  'containment',
  'posture',
  'report',
]
const GROUND = /^lib\/(ports|finding|action|verdict|errors|canonical-json|ledger-chain)\.ts$/
const nounOf = (path: string) => NOUNS.find((noun) => path.startsWith(`lib/${noun}/`))

describe('who may import whom', () => {
  it('keeps CloudTrail vocabulary free of everything but itself and the errors', () => {
    expect(
      offences(
        below('lib/trail'),
        (name) => name.startsWith('lib/') && !/^lib\/(trail\/|errors\.ts)/.test(name),
      ),
    ).toEqual([])
  })

  it('keeps noun folders apart: each knows the ground, the vocabulary and itself', () => {
    const allowed = (name: string, from: string) =>
      !name.startsWith('lib/') ||
      GROUND.test(name) ||
      name.startsWith('lib/trail/') ||
      name.startsWith(`lib/${nounOf(from)}/`) ||
      (nounOf(from) === 'query' && name.startsWith('lib/sql/'))
    expect(
      offences(
        modules.filter(({ path }) => nounOf(path)),
        (name, from) => !allowed(name, from),
      ),
    ).toEqual([])
  })

  it('keeps the two worlds apart, and functions out of the local one', () => {
    expect(offences(below('lib/aws', 'functions'), (name) => name.startsWith('lib/local/'))).toEqual([])
    expect(offences(below('lib/local'), (name) => name.startsWith('lib/aws/'))).toEqual([])
  })

  it('lets the worlds know the ports and the one schema, no other stage', () => {
    const stage = (name: string) => NOUNS.some((noun) => noun !== 'store' && name.startsWith(`lib/${noun}/`))
    expect(offences(below('lib/aws', 'lib/local'), stage)).toEqual([])
  })

  it('never imports content, functions, the command line or tests from the library', () => {
    expect(
      offences(below('lib'), (name) =>
        /^(rules|queries|playbooks|functions|bin|test|examples|bench)\b|^content:/.test(name),
      ),
    ).toEqual([])
  })

  it('loads a world in the command line only once it is chosen', () => {
    const eager = below('bin').filter(({ text }) => /^import (?!type)[^\n]*from '[^']*lib\/aws\//m.test(text))
    expect(eager.map(({ path }) => path)).toEqual([])
  })

  it('has no import cycle, type imports included', () => {
    const graph = new Map(modules.map(({ path, imports }) => [path, imports]))
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      if (done.has(path) || trail.includes(path)) return
      for (const next of graph.get(path) ?? []) if (graph.has(next)) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
    expect(cycles).toEqual([])
  })
})

describe('where the outside world may be touched', () => {
  const outside = (...allowed: string[]) =>
    below('lib', 'functions', 'bin').filter(({ path }) => !allowed.some((a) => path.startsWith(a)))

  it('keeps AWS clients, middy and Lambda types at the AWS edge', () => {
    const aws = (name: string) => /^(@aws-sdk|@aws-lambda-powertools|@middy|@smithy|aws-lambda)\b/.test(name)
    expect(offences(outside('lib/aws/', 'functions/'), aws)).toEqual([])
  })

  it('keeps the environment at the AWS edge', () => {
    expect(
      outside('lib/aws/', 'functions/')
        .filter(({ text }) => text.includes('process.env'))
        .map(({ path }) => path),
    ).toEqual([])
  })

  it('keeps the disk in the local world and the command line, but for scratch files and what is packed beside a function', () => {
    const edge = outside('lib/local/', 'bin/', 'lib/aws/scratch.ts', 'lib/aws/network-files.ts')
    expect(offences(edge, (name) => /^node:(fs|child_process)\b/.test(name))).toEqual([])
  })

  it('keeps the network at the AWS edge, but for the simulated account on loopback', () => {
    expect(
      offences(outside('lib/aws/', 'bin/', 'lib/local/simulated-account/'), (name) =>
        /^node:(net|tls|http|https|http2|dgram)\b/.test(name),
      ),
    ).toEqual([])
  })

  it('keeps DuckDB in the local world', () => {
    expect(offences(outside('lib/local/'), (name) => name.startsWith('@duckdb/'))).toEqual([])
  })

  it('takes the time only from a clock', () => {
    const clock = /new Date\(\)|Date\.now\(\)|performance\.now\(\)/
    const stages = below('lib').filter(({ path }) => !/^lib\/(aws|local)\//.test(path))
    expect(stages.filter(({ text }) => clock.test(text)).map(({ path }) => path)).toEqual([])
  })
})

describe('how the house is kept', () => {
  it('mocks none of our own modules', () => {
    const mock = `vi.${'mock'}(`
    expect(modules.filter(({ text }) => text.includes(mock)).map(({ path }) => path)).toEqual([])
  })

  it('shows the whole product on one page', () => {
    expect(moduleAt('lib/pipeline.ts').text.split('\n').length).toBeLessThanOrEqual(100)
  })

  it('names the same port the same in both worlds', () => {
    const names = (world: string) =>
      readdirSync(join(root, 'lib', world)).filter((name) => name.endsWith('.ts'))
    const [aws, local] = [names('aws'), names('local')]
    for (const port of ['log-store.ts', 'query-engine.ts', 'clock.ts']) {
      expect(aws).toContain(port)
      expect(local).toContain(port)
    }
  })

  it('runs on the Node of Lambda, whatever the host has', () => {
    expect(Number(process.versions.node.split('.')[0])).toBe(24)
  })

  it('locks the binaries of every platform', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const locked = (at: string, name: string): boolean => {
      for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
        if (packages[`${folder && `${folder}/`}node_modules/${name}`]) return true
        if (!folder) return false
      }
    }
    const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !locked(at, name))
        .map((name) => `${at} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('pins every version that ships or builds', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const loose = Object.entries({ ...dependencies, ...devDependencies } as Record<string, string>).filter(
      ([name, version]) =>
        !name.startsWith('@types/') && !/^(npm:\w+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    expect(loose).toEqual([])
  })

  it('names no registry and no path of one machine in its lockfile or its files', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
    const hosts = new Set([...text.matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]))
    expect([...hosts]).toEqual([])
  })
})
