import type { ByteSink, Piece, Scratch } from '../../lib/store/bytes.ts'

/** A scratch file in memory. `pieces` counts what was set down. */
export const memoryScratch = (): Scratch & { readonly pieces: number } => {
  const chunks = new Map<number, Uint8Array>()
  let end = 0
  return {
    append: (bytes): Piece => {
      const piece = { offset: end, length: bytes.length }
      chunks.set(end, bytes.slice())
      end += bytes.length
      return piece
    },
    read: ({ offset }) => chunks.get(offset)!,
    get pieces() {
      return chunks.size
    },
  }
}

/** A file in memory. */
export const memorySink = (): ByteSink & { bytes(): Uint8Array } => {
  const chunks: Uint8Array[] = []
  return { write: (bytes) => void chunks.push(bytes), bytes: () => new Uint8Array(Buffer.concat(chunks)) }
}
