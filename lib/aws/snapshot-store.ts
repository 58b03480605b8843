import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import {
  newestBefore,
  parseSnapshots,
  serialiseSnapshots,
  type TakenSnapshots,
} from '../containment/stored-snapshots.ts'
import { ContentError } from '../errors.ts'
import { s3Document } from './document.ts'
import { listPages, s3Client } from './log-store.ts'

const PREFIX = 'snapshots/'

export interface SnapshotStore {
  /** Keeps one below `snapshots/`, named after its time. */
  put(taken: TakenSnapshots): Promise<void>
  /** The newest from before the event that can be read; `skipped` names those that could not. */
  before(
    eventTime: unknown,
  ): Promise<{ readonly taken?: TakenSnapshots; readonly skipped: readonly string[] }>
}

/** Snapshots of our own configuration below `snapshots/` of the lake bucket, one object for each time. */
export const s3SnapshotStore = (bucket: string, client: S3Client = s3Client()): SnapshotStore => ({
  put: async (taken) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${PREFIX}${taken.time}.json`,
        Body: serialiseSnapshots(taken),
        ContentType: 'application/json',
      }),
    )
  },
  before: async (eventTime) => {
    const skipped: string[] = []
    let candidates = await listed(client, bucket)
    for (;;) {
      const newest = newestBefore(candidates, eventTime)
      if (!newest) return { skipped }
      const taken = await read(client, bucket, newest.key)
      // what it says of itself counts, not its name
      if (taken && newestBefore([taken], eventTime)) return { taken, skipped }
      skipped.push(newest.key)
      candidates = candidates.filter(({ key }) => key !== newest.key)
    }
  },
})

const listed = async (client: S3Client, bucket: string) => {
  const found: { readonly key: string; readonly time: string }[] = []
  for await (const { objects } of listPages(client, bucket)({ prefix: PREFIX }))
    for (const { key } of objects) found.push({ key, time: key.slice(PREFIX.length, -'.json'.length) })
  return found
}

const read = async (client: S3Client, bucket: string, key: string): Promise<TakenSnapshots | undefined> => {
  try {
    const text = await s3Document(bucket, key, client).read()
    return text === undefined ? undefined : parseSnapshots(key, text)
  } catch (error) {
    if (error instanceof ContentError) return undefined
    throw error
  }
}
