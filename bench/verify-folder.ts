import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { folderLogStore } from '../lib/local/log-store.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'
import { type Month, type MonthOptions, writeMonth } from './signed-month.ts'

/**
 * How far verifying a folder is from the limit, bare gunzip and SHA-256 of the same files in one thread, and how much memory it takes.
 * Each run is a process of its own, turn by turn; the built command line is what is measured.
 * Run: npm run bench:verify -- [--turns N] [--large]
 */
const SELF = fileURLToPath(import.meta.url)
const CLI = join(import.meta.dirname, '../dist/bin/trailwarden.js')

interface Run {
  readonly wall: number
  readonly cpu: number
  /** Megabytes. */
  readonly rss: number
}

/** The floor, in a process of its own: `node verify-folder.ts --bare FOLDER`. Listing counts, as it does for verify. */
const bare = async (folder: string): Promise<void> => {
  for await (const { key } of folderLogStore(folder).list()) {
    if (parseObjectKey(key).type === 'log') hash('sha256', gunzipSync(readFileSync(join(folder, key))))
  }
}

/** Runs node with `args` to its end. Throws when it fails: a figure of a failed run is none. */
const measured = (args: readonly string[]): Run => {
  const script = `
    const { spawnSync } = require('node:child_process')
    const start = process.hrtime.bigint()
    const { status } = spawnSync(process.execPath, ${JSON.stringify(args)}, { stdio: ['ignore', 'ignore', 'inherit'] })
    const wall = Number(process.hrtime.bigint() - start) / 1e9
    console.log(JSON.stringify({ status, wall }))`
  const time = spawnSync('/usr/bin/time', ['-f', '%U %S %M', process.execPath, '-e', script], {
    encoding: 'utf8',
  })
  const { status, wall } = JSON.parse(time.stdout || '{}') as { status?: number; wall?: number }
  const [user = 0, system = 0, kilobytes = 0] = (time.stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number)
  if (status !== 0 || wall === undefined) throw new Error(`${args.join(' ')}: failed: ${time.stderr}`)
  return { wall, cpu: user + system, rss: kilobytes / 1024 }
}

const compare = (title: string, options: MonthOptions, turns: number): void => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-month-'))
  try {
    const month = writeMonth(folder, options)
    console.log(
      `\n${title}: ${month.hours} digests, ${month.logs} log files, ${Math.round(month.rawBytes / 1e6)} MB raw`,
    )
    const contestants = {
      'bare gunzip + SHA-256, 1 thread': [SELF, '--bare', folder],
      'verify, 1 thread': [CLI, 'verify', folder, '--jobs', '1'],
      [`verify, ${cpus().length} threads`]: [CLI, 'verify', folder],
    }
    const best = new Map<string, Run>()
    for (let turn = 1; turn <= turns; turn++) {
      for (const [name, args] of Object.entries(contestants)) {
        const run = measured(args)
        const known = best.get(name)
        if (!known || run.wall < known.wall) best.set(name, run)
      }
    }
    tell(month, best)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Best wall time of each, with the CPU time and memory of that run. */
const tell = ({ logs }: Month, best: ReadonlyMap<string, Run>): void => {
  const floor = [...best.values()][0]!
  for (const [name, { wall, cpu, rss }] of best) {
    const rates = `${Math.round(logs / wall)} logs/s wall, ${Math.round(logs / cpu)} logs per CPU second`
    const ratios = `${(floor.wall / wall).toFixed(2)} of the floor in wall time, ${(floor.cpu / cpu).toFixed(2)} in CPU time`
    console.log(`${name.padEnd(34)} ${wall.toFixed(2)} s, ${rates}; ${ratios}; RSS ${Math.round(rss)} MB`)
  }
}

const main = async (args: readonly string[]): Promise<void> => {
  if (args[0] === '--bare') return bare(args[1]!)
  const turns = Number(args[args.indexOf('--turns') + 1]) || 3
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}`,
  )
  compare('a month of a busy Region', {}, turns)
  if (args.includes('--large')) compare('ten times the log files', { logsPerHour: 200, linked: true }, 1)
}

await main(process.argv.slice(2))
