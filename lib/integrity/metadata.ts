import { messageOf } from '../errors.ts'
import { isObject } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'
import { belowLogs } from './place.ts'

/** User metadata of a digest kept beside a download, for objects that lost theirs; `undefined` when it has none. */
export type DigestMetadata = (
  bucket: string | undefined,
  key: string,
) => Readonly<Record<string, string>> | undefined

export interface ParsedMetadata {
  readonly metadata: DigestMetadata
  readonly entries: number
  /** Lines that could not be used, from 1. */
  readonly bad: readonly { readonly line: number; readonly detail: string }[]
}

/**
 * Reads `digest-metadata.jsonl`: a line per digest, `{"bucket"?, "key", "metadata": {"signature", "signature-algorithm"}}`.
 * A bad line is reported and the rest counts. Never throws.
 */
export const parseDigestMetadata = (text: string): ParsedMetadata => {
  const byPlace = new Map<string, Readonly<Record<string, string>>>()
  const bad: { line: number; detail: string }[] = []
  let entries = 0
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      const { bucket, key, metadata } = entryOf(JSON.parse(line.replace(/^\uFEFF/, '')))
      entries++
      if (bucket) byPlace.set(`${bucket}/${key}`, metadata)
      byPlace.set(belowLogs(key), metadata)
    } catch (error) {
      bad.push({ line: index + 1, detail: messageOf(error) })
    }
  }
  const metadata: DigestMetadata = (bucket, key) =>
    (bucket === undefined ? undefined : byPlace.get(`${bucket}/${key}`)) ?? byPlace.get(belowLogs(key))
  return { metadata, entries, bad }
}

const entryOf = (value: unknown) => {
  const key = isObject(value) ? value['key'] : undefined
  const metadata = isObject(value) ? value['metadata'] : undefined
  if (!isObject(value) || typeof key !== 'string' || !isObject(metadata)) {
    throw new Error(`expected "key" and "metadata", found ${shapeOf(value)}`)
  }
  const bucket = typeof value['bucket'] === 'string' ? value['bucket'] : undefined
  return { bucket, key, metadata: textsOf(metadata) }
}

/** Header names as S3 tools print them vary: `x-amz-meta-signature`, `Signature`. */
const textsOf = (metadata: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter((field): field is [string, string] => typeof field[1] === 'string')
      .map(([name, value]) => [name.toLowerCase().replace(/^x-amz-meta-/, ''), value]),
  )
