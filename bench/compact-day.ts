// Compacts one synthetic account-day: npm run bench:compact -- 1000000. Prints rates, memory and sizes of this machine.
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { scratchFile } from '../lib/local/store-files.ts'
import type { LocatedEvent } from '../lib/ports.ts'
import { compactDay } from '../lib/store/compact.ts'

const events = Number(process.argv[2] ?? 1_000_000)
const BATCH = 20

/** A different id, name, caller and payload for each event; a repeatable sequence, so that runs compare. */
let state = 1
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state
}
const hex = (digits: number): string => {
  let text = ''
  while (text.length < digits) text += (random() >>> 4).toString(16).padStart(7, '0')
  return text.slice(0, digits)
}
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`

const NAMES = [
  'GetObject',
  'PutObject',
  'Decrypt',
  'AssumeRole',
  'DescribeInstances',
  'ListBuckets',
  'GetCallerIdentity',
]
const start = Date.parse('2026-11-01T00:00:00Z')

const eventAt = (n: number): LocatedEvent['event'] => {
  const role = `app-${random() % 40}`
  const session = `i-${hex(17)}`
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${role}:${session}`,
      arn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
      accountId: '111122223333',
      accessKeyId: `ASIA${hex(16).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: `AROAEXAMPLE${role}`,
          arn: `arn:aws:iam::111122223333:role/${role}`,
          accountId: '111122223333',
          userName: role,
        },
        attributes: { creationDate: '2026-11-01T00:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: `${new Date(start + Math.floor((n / events) * 86_399) * 1000).toISOString().slice(0, 19)}Z`,
    eventSource: 's3.amazonaws.com',
    eventName: NAMES[random() % NAMES.length]!,
    awsRegion: 'us-east-1',
    sourceIPAddress: `192.0.2.${random() % 255}`,
    userAgent: 'aws-sdk-java/2.33.2 md/io#sync md/http#Apache ua/2.1 os/Linux lang/java#21.0.8',
    requestParameters: {
      bucketName: `bucket-${random() % 30}`,
      key: `data/${hex(20)}.json`,
      Host: 's3.amazonaws.com',
    },
    responseElements: null,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      'x-amz-id-2': hex(60),
      bytesTransferredOut: random() % 1e6,
    },
    requestID: hex(16).toUpperCase(),
    eventID: uuid(),
    readOnly: true,
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::bucket/data/${hex(20)}.json` }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: '111122223333',
    eventCategory: 'Data',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 's3.amazonaws.com',
    },
  }
}

async function* day(): AsyncGenerator<readonly LocatedEvent[]> {
  for (let n = 0; n < events; n += BATCH) {
    const key = `AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/${String(n).padStart(12, '0')}.json.gz`
    yield Array.from({ length: BATCH }, (_, index) => ({ event: eventAt(n + index), key, index }))
  }
}

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'))
const scratch = scratchFile(join(dir, 'scratch'))
const file = openSync(join(dir, 'day.parquet'), 'w')
const done = await compactDay(
  { table: 'events', account: '111122223333', day: '2026-11-01' },
  { events: day(), scratch, sink: { write: (bytes) => void writeSync(file, bytes) } },
)
closeSync(file)
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
const seconds = (userCPUTime + systemCPUTime) / 1e6
console.log(`machine    ${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`)
console.log(`day        ${done.events.kept} events kept of ${done.events.read}`)
console.log(
  `Parquet    ${(done.bytes / 1e6).toFixed(1)} MB; scratch ${(statSync(join(dir, 'scratch')).size / 1e6).toFixed(1)} MB`,
)
console.log(
  `CPU        ${seconds.toFixed(1)} s with making the events, ${Math.round(events / seconds)} events a second`,
)
console.log(`memory     ${Math.round(maxRSS / 1024)} MB at most`)
scratch.close()
rmSync(dir, { recursive: true })
