import { deserialize, serialize } from 'node:v8'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Block, gathered, type Leaf, type LeafBlock, picksOf } from './block.ts'
import type { Piece, Scratch } from './bytes.ts'
import type { Sorted } from './merge.ts'
import type { EntriesOf, Entry } from './order.ts'

/** Rows in order, set down in a scratch file piece by piece. */
export type Run = readonly Piece[]

/** Rows of one piece: it is read back whole, once for each run that is being merged. */
const PIECE_ROWS = 1000
/** Text of one piece, characters, roughly, whatever its rows are. */
const PIECE_TEXT = 512 * 1024

/** Temporary data: as fast as it gets. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Sets rows down, in the order given. */
export const writeRun = async (
  scratch: Scratch,
  leaves: readonly Leaf[],
  sorted: Sorted<Entry>,
): Promise<Run> => {
  const pieces: Piece[] = []
  const write = async (entries: readonly Entry[]): Promise<void> => {
    const block = gathered(leaves, picksOf(entries))
    if (entries.length > 1 && textIn(block) > PIECE_TEXT) {
      await write(entries.slice(0, entries.length >> 1))
      await write(entries.slice(entries.length >> 1))
      return
    }
    pieces.push(await writeBlock(scratch, block))
  }
  let waiting: Entry[] = []
  for await (const batch of sorted) {
    for (const entry of batch) {
      if (waiting.push(entry) < PIECE_ROWS) continue
      await write(waiting)
      waiting = []
    }
  }
  if (waiting.length > 0) await write(waiting)
  return pieces
}

const textIn = ({ leaves }: Block): number => {
  let sum = 0
  for (const { values } of leaves) {
    if (values instanceof Float64Array) continue
    for (const value of values) sum += value.length
  }
  return sum
}

/** Reads a run back. */
export async function* readRun(
  scratch: Scratch,
  run: Run,
  entriesOf: EntriesOf,
): AsyncGenerator<readonly Entry[]> {
  for (const piece of run) yield entriesOf(await readBlock(scratch, piece))
}

/** Sets a block down as it is. */
export const writeBlock = async (scratch: Scratch, block: Block): Promise<Piece> =>
  scratch.append(bytesOf(block))

/** Reads a block back. */
export const readBlock = async (scratch: Scratch, piece: Piece): Promise<Block> =>
  blockIn(await scratch.read(piece))

type Written = [number, ...[number, Uint8Array, Uint8Array, LeafBlock['codes'], LeafBlock['values']][]]

/** A piece: the length of what follows once it is inflated, 4 bytes, and then that. */
const bytesOf = ({ rows, leaves }: Block): Uint8Array => {
  const content = serialize([
    rows,
    ...leaves.map(({ level, levels, repeats, codes, values }) => [level, levels, repeats, codes, values]),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(content.length)
  return Buffer.concat([
    length,
    zstdCompressSync(content, { ...FAST, chunkSize: roomFor(content.length >> 1) }),
  ])
}

const blockIn = (bytes: Uint8Array): Block => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  // Given room for all of it, it is not put together from parts: half of the time.
  const content = zstdDecompressSync(bytes.subarray(4), { chunkSize: roomFor(length) })
  const [rows, ...leaves] = deserialize(content) as Written
  return {
    rows,
    leaves: leaves.map(([level, levels, repeats, codes, values]) => ({
      level,
      levels,
      repeats,
      codes,
      values,
    })),
  }
}

const roomFor = (length: number): number => Math.max(1024, length + 64)
