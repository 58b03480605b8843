import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { ByteSink, ByteSource, Scratch } from '../store/bytes.ts'

/** What the name of a file ends in until it is whole. No reader takes it for a part of the store. */
export const UNFINISHED = '.unfinished'

/** Writes a file that appears whole or not at all, however the process ends. */
export const writeWhole = async (
  path: string,
  fill: (sink: ByteSink) => void | Promise<void>,
): Promise<void> => {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}${UNFINISHED}`
  const file = openSync(unfinished, 'w')
  try {
    await fill({ write: (bytes) => writeAll(file, bytes) })
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
}

/** Reads of a file at any place, and its end. */
export const openSource = (path: string): ByteSource & { close(): void } => {
  const file = openSync(path, 'r')
  const byteLength = fstatSync(file).size
  return {
    byteLength,
    slice: (start, end = byteLength) => readAt(file, start, end - start).buffer as ArrayBuffer,
    close: () => closeSync(file),
  }
}

/** A scratch file, made with the first piece and taken away by `close`. */
export const scratchFile = (path: string): Scratch & { close(): void } => {
  let file: number | undefined
  let end = 0
  return {
    append: (bytes) => {
      file ??= openSync(path, 'w+')
      const piece = { offset: end, length: bytes.length }
      writeAll(file, bytes, end)
      end += bytes.length
      return piece
    },
    read: ({ offset, length }) => readAt(file!, offset, length),
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
      if (existsSync(path)) rmSync(path)
    },
  }
}

const writeAll = (file: number, bytes: Uint8Array, position?: number): void => {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done
    done += writeSync(file, bytes, done, bytes.length - done, at)
  }
}

const readAt = (file: number, start: number, length: number): Uint8Array => {
  // A buffer of its own, not one out of Node's pool: readers take its memory whole.
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const read = readSync(file, bytes, done, length - done, start + done)
    if (read === 0) throw new Error(`expected ${length} bytes at ${start}, found ${done}`)
    done += read
  }
  return bytes
}
