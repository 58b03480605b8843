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
 * 1,000. All run in this process turn by turn, and the ratio of the best times counts. Last, what 50,000 hits cost that correlations wait on.
 * Run: npm run bench:detect -- FOLDER [TURNS] [MOST FILES]
 */
const [folder = 'examples/incident', turns = '5', most = '8000'] = process.argv.slice(2)

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

/** Heap that the hits of a count hold: events of 50,000 parsed records, none of which completes a window. */
const stateOf = (hits: number): number => {
  const text = `title: c\nname: c\ncorrelation: {type: event_count, rules: [r], group-by: [ct.actor], timespan: 1h, condition: {gte: 60}}\n---\ntitle: r\nname: r\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventSource: s3.amazonaws.com}, condition: s}\n`
  const detector = makeDetector(loadRules([{ path: 'state.yml', text }]).rules)
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < hits; i++)
    detector.detect({ event: JSON.parse(stateEvent(i)) as CloudTrailEvent, key: 'k', index: i })
  collect()
  const held = process.memoryUsage().heapUsed - before
  detector.finish()
  return held
}

/** An event of common size, of one of 1,000 roles. */
const stateEvent = (i: number): string => {
  const role = `arn:aws:iam::111122223333:role/app-${i % 1000}`
  return JSON.stringify({
    eventVersion: '1.11',
    eventID: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    eventTime: new Date(Date.UTC(2026, 10, 1) + i * 20).toISOString().replace(/\.\d+/, ''),
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'us-east-1',
    sourceIPAddress: `198.51.100.${i % 250}`,
    userAgent:
      '[aws-sdk-java/2.31.50 ua/2.1 api/S3#2.31.x os/Linux#6.1 lang/java#21.0.7 md/OpenJDK_64-Bit_Server_VM]',
    recipientAccountId: '111122223333',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${i % 1000}:session-${i}`,
      arn: `arn:aws:sts::111122223333:assumed-role/app-${i % 1000}/session-${i}`,
      accountId: '111122223333',
      accessKeyId: `ASIAEXAMPLE${i}`,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: role, accountId: '111122223333', userName: `app-${i % 1000}` },
      },
    },
    requestParameters: {
      bucketName: 'data',
      key: `day/part-${i}.parquet`,
      Host: 'data.s3.us-east-1.amazonaws.com',
    },
    responseElements: { 'x-amz-request-id': String(i), 'x-amz-id-2': 'x'.repeat(76) },
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::data/day/part-${i}.parquet` }],
  })
}

const best = new Map<string, number>()
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}, V8 ${process.versions.v8}, zlib ${process.versions.zlib}; re2js 2.10.0, yaml 2.9.1`,
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
console.log(`50,000 hits that wait take ${Math.round(stateOf(50_000) / 1e6)} MB of heap`)
