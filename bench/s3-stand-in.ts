import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePublicKeys } from '../lib/integrity/public-keys.ts'
import { s3Server } from '../test/support/s3-server.ts'
import type { ServedObject } from '../test/support/served.ts'

/**
 * The S3 stand-in in a process of its own, for benchmarks: serves a folder that `writeMonth` wrote, from memory. Its parent sends
 * `{ latency }` and is answered with the requests since then.
 */
const [folder = '.', bucket = '', arn = ''] = process.argv.slice(2)

const metadata = new Map<string, Readonly<Record<string, string>>>(
  readFileSync(join(folder, 'digest-metadata.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((entry) => [entry.key, entry.metadata]),
)
const objects = new Map<string, ServedObject>()
for (const entry of readdirSync(join(folder, 'AWSLogs'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath, entry.name)
  const key = path.slice(folder.length).replace(/^\//, '')
  objects.set(key, { bytes: readFileSync(path), metadata: metadata.get(key) ?? {} })
}
const saved = parsePublicKeys(JSON.parse(readFileSync(join(folder, 'public-keys.json'), 'utf8')))
const publicKeys = new Map(
  [...saved].map(([region, keys]) => [
    region,
    keys.map(({ value, fingerprint }) => ({ der: value, fingerprint })),
  ]),
)

const server = await s3Server({
  objects,
  bucket,
  publicKeys,
  isFrozen: true,
  trails: [{ arn, bucket, isLogging: false }],
})
process.on('message', ({ latency }: { latency: number }) => {
  process.send?.({ requests: Object.fromEntries(server.requests) })
  server.served.latency = latency
  server.requests.clear()
})
process.on('disconnect', () => process.exit())
process.send?.({ endpoint: server.endpoint })
