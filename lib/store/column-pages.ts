import type { Encoding } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import type { LeafKind } from './block.ts'
import { bitsOf } from './column-levels.ts'
import type { LeafData } from './leaf-data.ts'

export type Compress = (bytes: Uint8Array) => Uint8Array

/** Slots `from` to `to` of a leaf, of which `values` are not null. */
export interface Page {
  readonly from: number
  readonly to: number
  readonly values: number
  readonly encoding: Encoding
  /** The encoded values, before compression. */
  readonly bytes: () => Uint8Array
}

/** Characters of one page, roughly: readers hold a page in memory. */
const PAGE = 1 << 20

/** The numbers of dictionary entries, as one page: a row group never has so many that it takes more. */
export const codesPage = ({ levels, codes, values }: LeafData): Page => ({
  from: 0,
  to: levels.length,
  values: codes!.length,
  encoding: 'RLE_DICTIONARY',
  bytes: () => {
    const writer = new ByteWriter()
    const width = bitsOf(values.length - 1)
    writer.appendUint8(width)
    writeRleBitPackedHybrid(writer, codes!, width)
    return writer.getBytes()
  },
})

/** Values as they are, page by page; a page begins with a row. `depth` is the level of a value that is there. */
export const pagesOf = (kind: LeafKind, depth: number, data: LeafData): readonly Page[] => {
  const { values } = data
  const cuts =
    kind === 'text' && data.length > PAGE
      ? cutsOf(depth, data, values as readonly string[])
      : [{ from: 0, to: data.levels.length, first: 0, last: values.length }]
  return cuts.map(({ from, to, first, last }) => ({
    from,
    to,
    values: last - first,
    encoding: ENCODINGS[kind],
    bytes: () => ENCODERS[kind](cuts.length === 1 ? values : values.slice(first, last)),
  }))
}

/** The values of a dictionary, in the base encoding. */
export const dictionaryBytes = (kind: LeafKind, values: readonly Value[]): Uint8Array =>
  kind === 'text' ? plainTexts(values as readonly string[]) : ENCODERS[kind](values)

type Value = string | number

const ENCODINGS: Readonly<Record<LeafKind, Encoding>> = {
  text: 'DELTA_LENGTH_BYTE_ARRAY',
  int: 'PLAIN',
  timestamp: 'PLAIN',
  boolean: 'RLE',
}

interface Cut {
  /** Slots. */
  readonly from: number
  readonly to: number
  /** Values. */
  readonly first: number
  readonly last: number
}

const cutsOf = (depth: number, { levels, repeats }: LeafData, values: readonly string[]): readonly Cut[] => {
  const cuts: Cut[] = []
  let [from, first, value, size] = [0, 0, 0, 0]
  for (let slot = 0; slot < levels.length; slot++) {
    const isRow = repeats.length === 0 || repeats[slot] === 0
    if (size >= PAGE && isRow) {
      cuts.push({ from, to: slot, first, last: value })
      from = slot
      first = value
      size = 0
    }
    if (levels[slot] === depth) size += values[value++]!.length
  }
  cuts.push({ from, to: levels.length, first, last: values.length })
  return cuts
}

/** The lengths of the texts, and then all their characters. */
const textBytes = (values: readonly string[]): Uint8Array => {
  const joined = Buffer.from(values.join(''))
  const ascii = new Int32Array(values.length)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += ascii[i] = values[i]!.length
  const lengths = sum === joined.length ? ascii : Int32Array.from(values, (value) => Buffer.byteLength(value))
  const writer = new ByteWriter(joined.length + 1024)
  deltaBinaryPack(writer, lengths, 'INT32')
  writer.appendBytes(joined)
  return writer.getBytes()
}

/** Each text behind its length. */
const plainTexts = (values: readonly string[]): Uint8Array => {
  const size = values.reduce((sum, value) => sum + 4 + Buffer.byteLength(value), 0)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const value of values) {
    const length = bytes.write(value, at + 4)
    bytes.writeUInt32LE(length, at)
    at += 4 + length
  }
  return bytes
}

const plainInts = (values: readonly number[]): Uint8Array => {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  for (let i = 0; i < values.length; i++) bytes.writeInt32LE(values[i]!, i * 4)
  return bytes
}

const plainLongs = (values: readonly number[]): Uint8Array => {
  const bytes = Buffer.allocUnsafe(values.length * 8)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    bytes.writeInt32LE(value | 0, i * 8)
    bytes.writeInt32LE(Math.floor(value / 0x1_0000_0000), i * 8 + 4)
  }
  return bytes
}

/** Runs, behind their length. */
const booleanRuns = (values: readonly number[]): Uint8Array => {
  const writer = new ByteWriter()
  writer.appendUint32(0)
  writeRleBitPackedHybrid(writer, [...values], 1)
  writer.view.setUint32(0, writer.offset - 4, true)
  return writer.getBytes()
}

const ENCODERS: Readonly<Record<LeafKind, (values: readonly Value[]) => Uint8Array>> = {
  text: (values) => textBytes(values as readonly string[]),
  int: (values) => plainInts(values as readonly number[]),
  timestamp: (values) => plainLongs(values as readonly number[]),
  boolean: (values) => booleanRuns(values as readonly number[]),
}
