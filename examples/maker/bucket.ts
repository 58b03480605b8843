import { accountAfter } from './account.ts'
import { ACCOUNT, BUCKET, REGIONS } from './company.ts'
import { deliver, gzip, type LogFile, logFile } from './deliver.ts'
import { clock, type Event } from './event.ts'
import { noise } from './noise.ts'
import { FLOW_LOG, insightEvents, networkEvents } from './odd-files.ts'
import { type DigestFile, digestsOf, publicKeyList } from './sign.ts'
import { RESTARTED, STOPPED, story } from './story.ts'
import { type Files, tamper } from './tamper.ts'
import type { Step } from './tell.ts'

/** Events that arrive twice, byte for byte, in two log files: every n-th of the noise. */
const TWICE_EVERY = 260

/** Both example buckets, as files by their path; the same at every run. */
export const exampleBuckets = (): { incident: Files; tampered: Files } => {
  const steps = story()
  const quiet = noise().filter(({ event }) => !duringSilence(event))
  const twice = new Set(
    quiet.filter((_, index) => index % TWICE_EVERY === 100).map(({ event }) => event['eventID']),
  )
  const logFiles = [...deliver([...quiet, ...steps], twice), ...specialFiles()]
  const digests = REGIONS.flatMap((region) => digestsOf(region, logFiles))
  const incident = bucketOf(logFiles, digests)
  const { files: tampered, damages } = tamper(incident, targetsOf(logFiles, digests, steps))
  incident.set('EXPECTED.json', json(expected(logFiles, digests, steps, damages)))
  incident.set('account.json', json(accountAfter(steps)))
  return { incident, tampered }
}

/** Nothing is delivered of what happens while the trail is stopped. */
const duringSilence = (event: Event): boolean => {
  const at = Date.parse(String(event['eventTime'])) / 1000
  return at >= STOPPED && at < RESTARTED
}

const specialFiles = (): LogFile[] => [
  logFile('CloudTrail-Insight', 'us-east-1', clock('08:10:00'), insightEvents()),
  logFile('CloudTrail-NetworkActivity', 'us-east-1', clock('10:20:00'), networkEvents()),
]

const bucketOf = (logFiles: readonly LogFile[], digests: readonly DigestFile[]): Files => {
  const metadata = digests.map(({ key, signature }) =>
    JSON.stringify({ bucket: BUCKET, key, metadata: { signature, 'signature-algorithm': 'SHA256withRSA' } }),
  )
  return new Map<string, Uint8Array>(
    [
      ...[...logFiles, ...digests].map(({ key, text }) => [key, gzip(text)] as const),
      [`AWSLogs/${ACCOUNT}/CloudTrail_$folder$`, Buffer.alloc(0)] as const,
      [
        `AWSLogs/${ACCOUNT}/vpcflowlogs/us-east-1/2026/10/14/${ACCOUNT}_vpcflowlogs_us-east-1_fl-0a1b2c3d4e5f60718_20261014T0020Z_3f9c1d2e.log.gz`,
        gzip(FLOW_LOG),
      ] as const,
      ['digest-metadata.jsonl', Buffer.from(`${metadata.join('\n')}\n`)] as const,
      [
        'public-keys.json',
        json(Object.fromEntries(REGIONS.map((region) => [region, publicKeyList(region)]))),
      ] as const,
    ].sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const targetsOf = (logFiles: readonly LogFile[], digests: readonly DigestFile[], steps: readonly Step[]) => {
  const logOf = (step: string) => keyOf(logFiles, steps.find((one) => one.step === step)!)
  const digestOf = (log: string) =>
    digests.find(({ text }) => text.includes(log.slice(log.lastIndexOf('/') + 1)))!.key
  const snapshot = logOf('share-snapshot')
  return {
    takeover: logOf('create-user'),
    recon: logOf('stolen-key-first-use'),
    stop: logOf('stop-logging'),
    lastDigest: digestOf(logOf('stop-logging')),
    reconDigest: digestOf(logOf('recon-12-DescribeInstances')),
    snapshot,
    snapshotDigest: digestOf(snapshot),
  }
}

const keyOf = (logFiles: readonly LogFile[], { event }: Step): string =>
  logFiles.find(({ events }) => events.includes(event))!.key

const expected = (
  logFiles: readonly LogFile[],
  digests: readonly DigestFile[],
  steps: readonly Step[],
  tampered: unknown,
) => {
  const ids = logFiles.flatMap(({ events }) => events.map((event) => event['eventID']))
  const unique = new Set(ids).size
  return {
    events: ids.length,
    unique,
    duplicates: ids.length - unique,
    logFiles: logFiles.length,
    digests: digests.length,
    otherObjects: { placeholder: 1, 'other-service': 1 },
    story: steps.map((step) => ({
      step: step.step,
      eventID: step.event['eventID'],
      eventName: step.event['eventName'],
      time: step.event['eventTime'],
      key: keyOf(logFiles, step),
    })),
    tampered,
  }
}

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
