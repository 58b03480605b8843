import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { UnreadableObject, type UnreadableReason } from '../errors.ts'
import { inflateMember, release } from '../trail/gzip.ts'
import { inspect, type LogInspection } from '../trail/inspection.ts'

/** What became of one file: plain data, since it may come from another thread. */
export type FileOutcome =
  | { readonly found: LogInspection }
  | { readonly found: undefined }
  | { readonly reason: UnreadableReason; readonly detail: string }

/** CloudTrail's largest file is far below; a read never asks for more at once (bytes). */
const LARGEST = 512 * 1024 * 1024

/**
 * Reads one file and judges its bytes, at once: for small files a synchronous read costs a tenth of one through the thread pool. Never
 * throws. Symbolic links are not followed, pipes not waited for.
 */
export const inspectFile = (path: string): FileOutcome => {
  let descriptor: number
  try {
    descriptor = openSync(path, FLAGS)
  } catch (error) {
    return refusal(error as NodeJS.ErrnoException)
  }
  try {
    return { found: inspection(bytesOf(descriptor)) }
  } catch (error) {
    return refusal(error as NodeJS.ErrnoException)
  } finally {
    closeSync(descriptor)
  }
}

/** An inspection as the LogStore port would answer it. Throws `UnreadableObject`. */
export const inspectionOf = (key: string, outcome: FileOutcome): LogInspection | undefined => {
  if ('found' in outcome) return outcome.found
  throw new UnreadableObject(key, outcome.reason, { detail: outcome.detail })
}

const inspection = (bytes: Uint8Array): LogInspection => {
  const inflated = inflateMember(bytes)
  const found = inspect(bytes, inflated)
  if (inflated.ok) release(inflated.member.content)
  return found
}

/** One buffer for all reads of this thread; its content is gone with the next call. */
let buffer = Buffer.allocUnsafeSlow(64 * 1024)

const bytesOf = (descriptor: number): Uint8Array => {
  const { size } = fstatSync(descriptor)
  if (size > LARGEST) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  // One byte more than the size says: a file that is growing must not be taken for whole.
  if (size + 1 > buffer.length) buffer = Buffer.allocUnsafeSlow(Math.min(LARGEST, (size + 1) * 2))
  let length = 0
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null)
    if (read === 0) return buffer.subarray(0, length)
    length += read
    if (length === buffer.length) {
      if (length > LARGEST) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
      buffer = Buffer.concat([buffer], length * 2)
    }
  }
}

const FLAGS =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0)

const refusal = ({ code }: NodeJS.ErrnoException): FileOutcome => {
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return { found: undefined }
  const reason = code === 'EACCES' || code === 'EPERM' ? 'access-denied' : 'io-error'
  return {
    reason,
    detail: code === 'ELOOP' ? 'is a symbolic link, which is not followed' : `cannot be read (${code})`,
  }
}
