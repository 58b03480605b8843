import { literalOf, type Token } from './pattern.ts'

const WIDE = ['utf16le', 'wide', 'utf16be', 'utf16']

/** Is it a modifier that rewrites the value's bytes? */
export const isEncoding = (modifier: string): boolean =>
  WIDE.includes(modifier) || modifier === 'base64' || modifier === 'base64offset'

/**
 * Applies the encoding modifiers in order. `base64offset` gives three values, one for each place the text may take
 * within longer encoded text. Throws `Error` for a value with wildcards: they have no encoding.
 */
export const encodings = (
  tokens: readonly Token[],
  modifiers: readonly string[],
): readonly (readonly Token[])[] => {
  const names = modifiers.filter(isEncoding)
  if (names.length === 0) return [tokens]
  const literal = literalOf(tokens)
  if (literal === undefined) throw new Error(`${names[0]}: expected text without wildcards`)
  let values: readonly Buffer[] = [Buffer.from(literal, 'utf8')]
  for (const name of names) values = values.flatMap((bytes) => encode(bytes, name))
  return values.map((bytes) => [bytes.toString('latin1')])
}

const encode = (bytes: Buffer, name: string): readonly Buffer[] => {
  if (name === 'base64') return [Buffer.from(bytes.toString('base64'))]
  if (name === 'base64offset') return [0, 1, 2].map((offset) => base64At(bytes, offset))
  const little = Buffer.from(bytes.toString('utf8'), 'utf16le')
  if (name === 'utf16be') return [little.swap16()]
  return [name === 'utf16' ? Buffer.concat([Buffer.from([0xff, 0xfe]), little]) : little]
}

/** The characters that depend on these bytes alone when `offset` unknown bytes come before them. */
const base64At = (bytes: Buffer, offset: number): Buffer => {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const start = [0, 2, 3][offset]!
  const end = [0, 3, 2][(bytes.length + offset) % 3]!
  return Buffer.from(text.slice(start, text.length - end))
}
