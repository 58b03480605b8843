import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { s3Client } from './log-store.ts'
import { ATTEMPTS, backOff, codeOf, statusOf } from './retry.ts'

/** A small text of ours in S3 that several functions write. */
export interface Document {
  read(): Promise<string | undefined>
  /**
   * Writes what `change` makes of the text, on the condition that nobody wrote in between: else it reads and changes anew. `change`
   * may be called several times. Answers the text that stands; a change to the same text writes nothing.
   */
  update(change: (text: string | undefined) => string): Promise<string>
}

/**
 * The object `key` of a bucket as a document, by S3's conditional writes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export const s3Document = (bucket: string, key: string, client: S3Client = s3Client()): Document => {
  const at = { Bucket: bucket, Key: key }
  const current = async (): Promise<{ text: string; tag: string | undefined } | undefined> => {
    try {
      const { Body, ETag: tag } = await client.send(new GetObjectCommand(at))
      return { text: (await Body?.transformToString()) ?? '', tag }
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey' || statusOf(error) === 404) return undefined
      throw error
    }
  }
  const update: Document['update'] = async (change) => {
    for (let attempt = 0; ; attempt++) {
      const known = await current()
      const text = change(known?.text)
      if (text === known?.text) return text
      const condition = known ? { IfMatch: known.tag } : { IfNoneMatch: '*' }
      try {
        await client.send(
          new PutObjectCommand({ ...at, Body: text, ContentType: 'application/json', ...condition }),
        )
        return text
      } catch (error) {
        if (!isOvertaken(error) || attempt + 1 >= ATTEMPTS) throw error
        await backOff(attempt)
      }
    }
  }
  return { read: async () => (await current())?.text, update }
}

/** Another writer was first: 412, 409 while it is at it, 404 when the object was deleted meanwhile. */
const isOvertaken = (error: unknown): boolean => [404, 409, 412].includes(statusOf(error))
