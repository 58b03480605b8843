const REPLACEMENT = '\uFFFD'

/**
 * Bytes as text, each wrong sequence one U+FFFD, with Trino's idea of where a sequence ends: a lead byte takes the
 * continuation bytes that belong to it along, also where together they say no character (a surrogate, too long a form).
 */
export const utf8Text = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const wanted = lengthOf(bytes[at]!)
    let length = 1
    while (length < wanted && at + length < bytes.length && (bytes[at + length]! & 0xc0) === 0x80) length++
    const point = length === wanted ? codePoint(bytes.subarray(at, at + length)) : undefined
    text += point === undefined ? REPLACEMENT : String.fromCodePoint(point)
    at += length
  }
  return text
}

/** Bytes that the lead byte announces; 0 for a byte that leads nothing. */
const lengthOf = (lead: number): number => {
  if (lead < 0x80) return 1
  if (lead < 0xc0 || lead >= 0xfe) return 0
  return [0xe0, 0xf0, 0xf8, 0xfc, 0xfe].findIndex((limit) => lead < limit) + 2
}

const LEAST = [0, 0, 0x80, 0x800, 0x10000]

const codePoint = (sequence: Uint8Array): number | undefined => {
  const { length } = sequence
  if (length === 1) return sequence[0]
  if (length > 4) return undefined
  const point = sequence.reduce(
    (value, byte, index) => (index === 0 ? byte & (0x7f >> length) : (value << 6) | (byte & 0x3f)),
    0,
  )
  const isSurrogate = point >= 0xd800 && point <= 0xdfff
  return isSurrogate || point > 0x10ffff || point < LEAST[length]! ? undefined : point
}
