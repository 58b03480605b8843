import { readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readRules } from '../bin/content.ts'
import { makeDetector } from '../lib/detection/detect.ts'
import { loadRules, type Rule } from '../lib/detection/rules.ts'
import { activityCounter } from '../lib/report/activity.ts'
import type { CloudTrailEvent } from '../lib/trail/event.ts'
import { inflateMember } from '../lib/trail/gzip.ts'
import { parseLogFile } from '../lib/trail/log-file.ts'
import { parseObjectKey } from '../lib/trail/object-key.ts'

/**
 * What detection costs, next to the same files gunzipped and parsed as JSON and nothing else; and what rules cost: 10 against
 * 1,000. All run in this process turn by turn, and the ratio of the best times counts.
 * Run: npm run bench:detect -- FOLDER [TURNS] [MOST FILES]
 */
const [folder = 'examples/incident', turns = '5', most = '2000'] = process.argv.slice(2)

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => parseObjectKey(name).type === 'log')
  .sort()
  .slice(0, Number(most))
  .map((name) => ({ key: name, path: join(folder, name) }))

/** Rules like public ones: a call, perhaps a condition on the request. */
const generated = (count: number): readonly Rule[] => {
  const text = Array.from({ length: count }, (_, i) => {
    const service = ['iam', 'ec2', 's3', 'kms', 'lambda', 'rds', 'sts', 'ssm'][i % 8]
    return `title: r${i}\nname: r${i}\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {eventSource: ${service}.amazonaws.com, eventName: [Change${i}, Update${i}], ct.success: true}\n  f: {userIdentity.arn|endswith: /deploy}\n  condition: s and not f\n`
  })
  return loadRules([{ path: 'generated.yml', text: text.join('---\n') }]).rules
}

const bare = (): number => {
  let events = 0
  for (const { path } of files) {
    try {
      const parsed = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as { Records?: unknown[] }
      events += parsed.Records?.length ?? 0
    } catch {
      // Damaged on purpose in some sets.
    }
  }
  return events
}

const detecting = (rules: readonly Rule[], each?: (event: CloudTrailEvent) => void) => (): number => {
  const detector = makeDetector(rules)
  let events = 0
  for (const { key, path } of files) {
    try {
      const bytes = readFileSync(path)
      for (const { event, index } of parseLogFile(bytes, undefined, inflateMember(bytes)).events) {
        events++
        each?.(event)
        detector.detect({ event, key, index })
      }
    } catch {
      // As above.
    }
  }
  detector.finish()
  return events
}

const { rules } = await readRules({ folders: [], ownRules: true })
const counter = activityCounter()
const works: Readonly<Record<string, () => number>> = {
  bare,
  'shipped rules': detecting(rules),
  'shipped rules + activity': detecting(rules, (event) => counter.add(event)),
  '10 rules': detecting(generated(10)),
  '1000 rules': detecting(generated(1000)),
}

const best = new Map<string, number>()
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; re2js and yaml as in package.json`,
)
console.log(`${folder}: ${files.length} log files, ${rules.length} shipped rules`)
for (let turn = 0; turn < Number(turns); turn++) {
  for (const [name, work] of Object.entries(works)) {
    const before = process.cpuUsage()
    const events = work()
    const { user, system } = process.cpuUsage(before)
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, (user + system) / events))
  }
}
for (const [name, cost] of best) {
  const ratio = (best.get('bare') ?? 0) / cost
  console.log(
    `${name.padEnd(26)}${Math.round(1e6 / cost)} events per CPU second, ${ratio.toFixed(2)} of bare`,
  )
}
console.log(
  `1,000 rules take ${((best.get('1000 rules') ?? 0) / (best.get('10 rules') ?? 1)).toFixed(2)} of the time of 10`,
)
