import { createHash } from 'node:crypto'
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { s3Client } from './log-store.ts'
import { codeOf, statusOf } from './retry.ts'

/** What has been announced, one object each, so that a second delivery ends here and the text outlives the bus. */
export interface Archive {
  has(id: string): Promise<boolean>
  /** Keeps `text` under `id`. Kept already is success: the first one stays. */
  keep(id: string, text: string): Promise<void>
}

/** An Archive below `prefix` of a bucket. Ids are hostile text: the key is their hash. */
export const s3Archive = (bucket: string, prefix: string, client: S3Client = s3Client()): Archive => {
  const at = (id: string) => ({ Bucket: bucket, Key: archiveKey(prefix, id) })
  return {
    has: async (id) => {
      try {
        await client.send(new HeadObjectCommand(at(id)))
        return true
      } catch (error) {
        if (statusOf(error) === 404) return false
        throw error
      }
    },
    keep: async (id, text) => {
      const object = { ...at(id), Body: text, ContentType: 'application/json', IfNoneMatch: '*' }
      await client.send(new PutObjectCommand(object)).catch((error: unknown) => {
        if (!['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error))) throw error
      })
    },
  }
}

const archiveKey = (prefix: string, id: string): string =>
  `${prefix}${createHash('sha256').update(id).digest('hex')}.json`
