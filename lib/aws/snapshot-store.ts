import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { s3Document } from './document.ts'
import { listPages, s3Client } from './log-store.ts'

const PREFIX = 'snapshots/'
const keyOf = (time: string): string => `${PREFIX}${time}.json`

/** Snapshots of our own configuration below `snapshots/` of the lake bucket, one object for each time. */
export const s3SnapshotStore = (bucket: string, client: S3Client = s3Client()) => ({
  put: async (time: string, text: string): Promise<void> => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: keyOf(time),
        Body: text,
        ContentType: 'application/json',
      }),
    )
  },
  /** The times in the names of the objects; nothing says that an object keeps what its name promises. */
  times: async (): Promise<readonly string[]> => {
    const times: string[] = []
    for await (const { objects } of listPages(client, bucket)({ prefix: PREFIX }))
      for (const { key } of objects) times.push(key.slice(PREFIX.length, -'.json'.length))
    return times
  },
  read: (time: string): Promise<string | undefined> => s3Document(bucket, keyOf(time), client).read(),
})
