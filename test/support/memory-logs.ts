import { gzipSync } from 'node:zlib'
import type { World } from '../../lib/pipeline.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** A terminal that shows nothing. */
export const silent = {
  out: () => {},
  note: () => {},
  progress: () => ({ update: () => {}, stop: () => {} }),
  paint: (_style: unknown, text: string) => text,
  width: 80,
}

/** Bytes of a log file. */
export const logFile = (events: readonly unknown[]): Uint8Array =>
  gzipSync(JSON.stringify({ Records: events }))

/** Key of the n-th log file of an account and day. */
export const logKey = (account: string, day: string, n: number, region = 'us-east-1'): string =>
  `AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${account}_CloudTrail_${region}_${day.replaceAll('-', '')}T0000Z_${String(n).padStart(16, '0')}.json.gz`

/** A bucket in memory, as a world to ingest. `reads` counts the objects that were fetched. */
export const memoryBucket = (
  objects: ReadonlyMap<string, Uint8Array>,
  { versions = true } = {},
): World & { readonly reads: string[] } => {
  const reads: string[] = []
  return {
    reads,
    layout: 'bucket',
    clock: { now: () => '2026-11-30T00:00:00.000Z' },
    publicKeys: { of: async () => ({ keys: [] }) },
    logs: {
      name: 's3://logs/',
      async *list() {
        for (const key of [...objects.keys()].sort()) {
          const bytes = objects.get(key)!
          const version = versions ? { version: `"${Buffer.from(bytes).toString('base64').slice(-40)}"` } : {}
          yield { bucket: 'logs', key, size: bytes.length, name: `s3://logs/${key}`, ...version }
        }
      },
      read: async ({ key }) => {
        reads.push(key)
        const bytes = objects.get(key)
        return bytes && { bytes, metadata: {} }
      },
    },
  }
}

/** Events by the object that holds them, as bytes. */
export const bucketOf = (files: ReadonlyMap<string, readonly CloudTrailEvent[]>): Map<string, Uint8Array> =>
  new Map([...files].map(([key, events]) => [key, logFile(events)]))
