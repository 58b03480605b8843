import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Piece, Scratch } from './bytes.ts'
import type { Sorted } from './merge.ts'
import type { Entry } from './order.ts'

/** Events in order, set down in a scratch file piece by piece. */
export type Run = readonly Piece[]

/** Text of one piece, characters, roughly: it is read back whole, once for each run that is being merged. */
const PIECE = 128 * 1024

/** Temporary data: as fast as it gets. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** A line of a piece: name, time, file and index of an entry as JSON, a tab, and its event as JSON. JSON escapes tabs and line ends. */
const lineOf = ({ name, time, file, index, source }: Entry): string =>
  `${JSON.stringify([name, time, file, index])}\t${source as string}`

const entryIn = (line: string): Entry => {
  const tab = line.indexOf('\t')
  const [name, time, file, index] = JSON.parse(line.slice(0, tab)) as [string, number, string, number]
  return { name, time, file, index, source: line.slice(tab + 1) }
}

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
    for (const entry of batch) {
      const line = lineOf(entry)
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
    yield text.split('\n').map(entryIn)
  }
}
