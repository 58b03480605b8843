import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Piece, Scratch } from '../store/bytes.ts'

/**
 * Room on the disk of the function (`/tmp`), for what does not fit in memory. The one place in the AWS world that touches a disk. The file
 * has no name once it is open, so that it goes with the process, however that ends; nothing of it reaches the next invocation.
 * Its size is the function's `ephemeralStorageSize`.
 */
export const diskScratch = (): Scratch & { close(): void } => {
  let file: number | undefined
  let end = 0
  return {
    append: (bytes): Piece => {
      file ??= namelessFile()
      const piece = { offset: end, length: bytes.length }
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, end + done)
      }
      end += bytes.length
      return piece
    },
    read: ({ offset, length }) => {
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        const read = readSync(file!, bytes, done, length - done, offset + done)
        if (read === 0) throw new Error(`scratch file: expected ${length} bytes at ${offset}, found ${done}`)
        done += read
      }
      return bytes
    },
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

const namelessFile = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-'))
  const file = openSync(join(folder, 'scratch'), 'w+')
  rmSync(folder, { recursive: true })
  return file
}
