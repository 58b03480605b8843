import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Piece, Scratch } from './bytes.ts'
import type { Sorted } from './merge.ts'
import { type Entry, entryOf } from './order.ts'

/** Events in order, set down in a scratch file piece by piece. */
export type Run = readonly Piece[]

/** Text of one piece, characters, roughly: it is read back whole, once for each run that is being merged. */
const PIECE = 128 * 1024

/** Temporary data: as fast as it gets. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Sets events down, in the order given. Entries must be events, not rows. */
export const writeRun = async (scratch: Scratch, sorted: Sorted<Entry>): Promise<Run> => {
  const pieces: Piece[] = []
  let lines: string[] = []
  let size = 0
  const flush = async () => {
    pieces.push(await scratch.append(zstdCompressSync(lines.join('\n'), FAST)))
    lines = []
    size = 0
  }
  for await (const batch of sorted) {
    for (const { source } of batch) {
      const line = JSON.stringify(source)
      lines.push(line)
      size += line.length
      if (size >= PIECE) await flush()
    }
  }
  if (lines.length > 0) await flush()
  return pieces
}

/** Reads a run back. */
export async function* readRun(scratch: Scratch, run: Run): AsyncGenerator<readonly Entry[]> {
  for (const piece of run) {
    const text = zstdDecompressSync(await scratch.read(piece)).toString()
    // JSON escapes line ends, so each line is one event.
    yield text.split('\n').map((line) => entryOf(JSON.parse(line)))
  }
}
