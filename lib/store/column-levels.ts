import { ByteWriter } from 'hyparquet-writer'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'

/** Levels of one page: those of repetition, whose length is told, and then those of definition. */
export interface LevelBytes {
  readonly bytes: Uint8Array
  readonly repetition: number
}

/** Levels as runs, in as few bits as the greatest possible level takes; none where there is but one level. */
export const levelBytes = (
  repeats: Uint8Array,
  mostRepeated: number,
  levels: Uint8Array,
  depth: number,
): LevelBytes => {
  const writer = new ByteWriter(256)
  if (mostRepeated > 0) writeRleBitPackedHybrid(writer, repeats, bitsOf(mostRepeated))
  const repetition = writer.offset
  if (depth > 0) writeRleBitPackedHybrid(writer, levels, bitsOf(depth))
  return { bytes: writer.getBytes(), repetition }
}

/** Bits that numbers up to `most` take. */
export const bitsOf = (most: number): number => Math.ceil(Math.log2(most + 1))
