import type { S3Client } from '@aws-sdk/client-s3'
import * as z from 'zod/mini'
import { type ChainRecord, mergedRecord } from '../chain-record.ts'
import { messageOf } from '../errors.ts'
import type { ChainHeadStore } from '../ports.ts'
import { VERDICT_STATUSES } from '../verdict.ts'
import { s3Document } from './document.ts'
import { listPages, s3Client } from './log-store.ts'

const time = z.optional(z.string())
const RECORD = z.strictObject({
  head: z.optional(
    z.strictObject({
      bucket: z.string(),
      key: z.string(),
      hash: z.string(),
      signature: z.string(),
      end: z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'expected a time')),
    }),
  ),
  watched: z.record(
    z.string(),
    z.strictObject({
      problem: z.optional(
        z.strictObject({
          status: z.enum(
            VERDICT_STATUSES as ['valid', ...Exclude<(typeof VERDICT_STATUSES)[number], 'valid'>[]],
          ),
          kind: z.enum(['digest', 'backfill-digest', 'log', 'chain']),
          object: z.string(),
          reason: z.string(),
          detail: z.string(),
          from: time,
          to: time,
        }),
      ),
      again: z.optional(z.strictObject({ bucket: z.string(), key: z.string() })),
      since: time,
      opened: time,
      closed: time,
      reported: time,
      told: time,
    }),
  ),
})

/** The memory of chains as JSON objects below `prefix` of a bucket, one for each chain. */
export const s3ChainHeads = (
  bucket: string,
  prefix: string,
  client: S3Client = s3Client(),
): ChainHeadStore => {
  const document = (chain: string) => s3Document(bucket, `${prefix}${keyOf(chain)}`, client)
  const read = (chain: string, text: string | undefined): ChainRecord | undefined =>
    text === undefined ? undefined : recordOf(`s3://${bucket}/${prefix}${keyOf(chain)}`, text)
  return {
    async *list() {
      for await (const { objects } of listPages(client, bucket)({ prefix })) {
        for (const { key } of objects) {
          const chain = chainOf(key.slice(prefix.length))
          if (chain !== undefined) yield chain
        }
      }
    },
    of: async (chain) => read(chain, await document(chain).read()),
    merge: async (chain, news) => {
      const merge = (text: string | undefined) =>
        JSON.stringify(mergedRecord(read(chain, text) ?? { watched: {} }, news))
      return read(chain, await document(chain).update(merge))!
    },
  }
}

/** `account/region/trail,homeRegion,kind.json`. Names of trails come from object keys and may hold anything but a slash. */
const keyOf = (chain: string): string => {
  const [account = '', region = '', ...rest] = chain.split('/').map(encodeURIComponent)
  return `${account}/${region}/${rest.join(',')}.json`
}

const chainOf = (name: string): string | undefined => {
  const parts = /^([^/]+)\/([^/]+)\/([^/,]+),([^/,]+),([^/,]+)\.json$/.exec(name)?.slice(1)
  try {
    return parts?.map(decodeURIComponent).join('/')
  } catch {
    return undefined
  }
}

const recordOf = (object: string, text: string): ChainRecord => {
  try {
    return z.parse(RECORD, JSON.parse(text)) as ChainRecord
  } catch (error) {
    throw new Error(`${object}: expected the record of a chain of digests (${messageOf(error)})`, {
      cause: error,
    })
  }
}
