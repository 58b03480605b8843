import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { ByteSink, ByteSource } from '../store/bytes.ts'
import type { LakeObjects } from '../store/lake.ts'
import { s3Client } from './log-store.ts'
import { chunksOf, statusOf } from './retry.ts'

/** Bytes of a part: S3 takes 10,000 parts, of 5 MB at least. */
const PART = 8 * 1024 * 1024
/** Bytes read at once of a file that is read in order, and how many such blocks are kept. */
const BLOCK = 4 * 1024 * 1024
const BLOCKS = 4
/** DeleteObjects takes 1,000 keys. */
const PER_DELETE = 1000

/**
 * The lake bucket. Objects are written part by part, so that none has to fit in memory, and appear with the last call.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export const s3Lake = (bucket: string, s3: S3Client = s3Client()): LakeObjects => ({
  write: (key, fill) => writeObject(s3, { Bucket: bucket, Key: key }, fill),
  open: async (key) => {
    try {
      const { ContentLength = 0 } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
      return blockSource(ContentLength, (range) => rangeOf(s3, { Bucket: bucket, Key: key }, range))
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  },
  async *keys(prefix) {
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: prefix },
    )) {
      for (const { Key } of Contents) if (Key) yield Key
    }
  },
  remove: async (keys) => {
    for (const chunk of chunksOf(keys, PER_DELETE)) {
      const Objects = chunk.map((Key) => ({ Key }))
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      )
      const [first] = Errors
      if (first)
        throw new Error(
          `s3://${bucket}/${first.Key}: not deleted: ${first.Code}: ${first.Message}; ${Errors.length} in all`,
        )
    }
  },
})

interface At {
  readonly Bucket: string
  readonly Key: string
}

/** One PUT for what fits in a part, a multipart upload for more. What fails leaves no object. */
const writeObject = async <T>(s3: S3Client, at: At, fill: (sink: ByteSink) => Promise<T>): Promise<T> => {
  let waiting: Uint8Array[] = []
  let size = 0
  let upload: string | undefined
  const parts: { ETag: string | undefined; PartNumber: number }[] = []
  const take = (): Buffer => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    size = 0
    return bytes
  }
  const sendPart = async (Body: Buffer) => {
    upload ??= (await s3.send(new CreateMultipartUploadCommand(at))).UploadId!
    const PartNumber = parts.length + 1
    const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId: upload, PartNumber, Body }))
    parts.push({ ETag, PartNumber })
  }
  try {
    const result = await fill({
      write: async (bytes) => {
        waiting.push(bytes)
        size += bytes.length
        if (size >= PART) await sendPart(take())
      },
    })
    if (!upload) await s3.send(new PutObjectCommand({ ...at, Body: take() }))
    else {
      if (size > 0) await sendPart(take())
      const MultipartUpload = { Parts: parts }
      await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId: upload, MultipartUpload }))
    }
    return result
  } catch (error) {
    // What cannot be taken back now, the bucket's lifecycle takes away.
    if (upload)
      await s3.send(new AbortMultipartUploadCommand({ ...at, UploadId: upload })).catch(() => undefined)
    throw error
  }
}

type Range = readonly [start: number, end: number]

const rangeOf = async (s3: S3Client, at: At, [start, end]: Range): Promise<Uint8Array> => {
  const { Body } = await s3.send(new GetObjectCommand({ ...at, Range: `bytes=${start}-${end - 1}` }))
  return (await Body?.transformToByteArray()) ?? new Uint8Array()
}

/** A source that reads whole blocks and keeps the last few: a Parquet reader asks for one small column chunk after the other. */
export const blockSource = (
  byteLength: number,
  read: (range: Range) => Promise<Uint8Array>,
  blockSize: number = BLOCK,
): ByteSource => {
  const blocks = new Map<number, Promise<Uint8Array>>()
  const blockAt = (n: number): Promise<Uint8Array> => {
    const known = blocks.get(n)
    blocks.delete(n)
    const block = known ?? read([n * blockSize, Math.min(byteLength, (n + 1) * blockSize)])
    blocks.set(n, block)
    for (const oldest of blocks.keys()) if (blocks.size > BLOCKS) blocks.delete(oldest)
    return block
  }
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(end - start)
      for (let n = Math.floor(start / blockSize); n * blockSize < end; n++) {
        const block = await blockAt(n)
        const from = Math.max(0, start - n * blockSize)
        bytes.set(block.subarray(from, end - n * blockSize), Math.max(0, n * blockSize - start))
      }
      return bytes.buffer
    },
  }
}
