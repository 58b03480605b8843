import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readPlaybooks, readRules } from '../bin/content.ts'
import { type ExamineThreads, examineThreads } from '../bin/examine-threads.ts'
import { noPublicKeys } from '../lib/integrity/public-keys.ts'
import { systemClock } from '../lib/local/clock.ts'
import { openFolder } from '../lib/local/world.ts'
import { pipeline } from '../lib/pipeline.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'

/**
 * How far a scan is from the limit: the same log files, gunzipped and parsed as JSON and nothing else. Both run in this process, turn
 * by turn, and the ratio of their best times counts.
 * Run: npm run bench:scan -- FOLDER [TURNS]
 */
const [folder = 'examples/incident', turns = '3'] = process.argv.slice(2)

const world = await openFolder(folder)
const root = folder.includes('AWSLogs') ? folder.slice(0, folder.indexOf('AWSLogs')) : folder
const keys: string[] = []
for await (const { key } of world.logs.list()) if (parseObjectKey(key).type === 'log') keys.push(key)
const loaded = await readRules({ folders: [], ownRules: true })
const content = { rules: loaded.rules, playbooks: await readPlaybooks() }

/** The floor: nothing that reads these files in this language can do less. */
const bare = (): number => {
  let events = 0
  for (const key of keys) {
    try {
      const parsed = JSON.parse(gunzipSync(readFileSync(join(root, key))).toString('utf8')) as {
        Records?: unknown[]
      }
      events += parsed.Records?.length ?? 0
    } catch {
      // Damaged on purpose in some sets: the scan counts it, the floor leaves it out.
    }
  }
  return events
}

const scan = async (examiners?: ExamineThreads): Promise<number> => {
  const source = { ...world, publicKeys: noPublicKeys(), clock: systemClock }
  const outcome = await pipeline(source, content, examiners ? { examiners } : {})
  return outcome.counts.events.read
}

/** Threads start within the time that is measured. */
const scanWithThreads = async (jobs: number): Promise<number> => {
  const spec = { rules: loaded.source, layout: world.layout, detect: {} }
  const examiners = examineThreads(content.rules, spec, { jobs, threadsFrom: 0 })!
  try {
    return await scan(examiners)
  } finally {
    await examiners.close()
  }
}

const timed = async (work: () => number | Promise<number>) => {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const events = await work()
  const used = process.cpuUsage(cpu)
  return { events, wall: (performance.now() - wall) / 1000, cpu: (used.user + used.system) / 1e6 }
}

const none = () => ({ cpu: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY })
const best = { bare: none(), scan: none(), 'two threads': none() }
/** Megabytes at most, of everything up to the first turn of each. */
const peaks = new Map<string, number>()
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}`,
)
console.log(`${folder}: ${keys.length} log files, ${content.rules.length} rules`)
for (let turn = 1; turn <= Number(turns); turn++) {
  for (const [name, work] of [
    ['bare', bare],
    ['scan', () => scan()],
    ['two threads', () => scanWithThreads(2)],
  ] as const) {
    const { events, wall, cpu } = await timed(work)
    if (turn === 1) peaks.set(name, Math.round(process.resourceUsage().maxRSS / 1024))
    best[name] = {
      cpu: Math.min(best[name].cpu, cpu / events),
      wall: Math.min(best[name].wall, wall / events),
    }
    console.log(
      `${turn} ${name}  ${events} events  ${wall.toFixed(2)} s  ${Math.round(events / wall)} events/s  ${Math.round(events / cpu)} events per CPU second`,
    )
  }
}
console.log(
  `scan reaches ${(best.bare.cpu / best.scan.cpu).toFixed(2)} of bare gunzip + JSON.parse (best CPU seconds of each); peak RSS ${peaks.get('scan')} MB, with two threads ${peaks.get('two threads')} MB`,
)
console.log(
  `two threads are ${(best.scan.wall / best['two threads'].wall).toFixed(2)} times as fast as one (best wall time of each), and take ${(best['two threads'].cpu / best.scan.cpu).toFixed(2)} of its CPU seconds`,
)
