/** Java's String.format, for the conversions the dialect takes: %s %d %f %x, with flags, width and precision. */
const PLACE = /%(?:(?<flags>[-,0]*)(?<width>\d{1,3})?(?:\.(?<precision>\d{1,2}))?(?<kind>[sdfx])|%)/g

/** Fills a format with values that are texts already; a NULL shows as `null`. */
export const javaFormat = (format: string, values: readonly (string | null)[]): string => {
  let next = 0
  return format.replace(PLACE, (...found) => {
    const groups = found.at(-1) as Record<string, string | undefined>
    return groups['kind'] === undefined ? '%' : place(groups, values[next++] ?? null)
  })
}

const place = (
  { flags = '', width, precision, kind }: Record<string, string | undefined>,
  value: string | null,
): string => {
  const text = value === null ? 'null' : convert(kind!, value, precision, flags.includes(','))
  const size = Number(width ?? 0)
  if (flags.includes('-')) return text.padEnd(size)
  if (!flags.includes('0') || value === null || kind === 's') return text.padStart(size)
  const sign = text.startsWith('-') ? '-' : ''
  return sign + text.slice(sign.length).padStart(size - sign.length, '0')
}

const convert = (kind: string, value: string, precision: string | undefined, grouped: boolean): string => {
  if (kind === 's') return precision === undefined ? value : [...value].slice(0, Number(precision)).join('')
  if (kind === 'x') return BigInt.asUintN(64, BigInt(value)).toString(16)
  const text = kind === 'd' ? value : fixed(value, Number(precision ?? 6))
  return grouped ? text.replace(/^-?\d+/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',')) : text
}

/** Rounds the shortest decimal text of a double half up, as Java's Formatter does. */
export const fixed = (text: string, digits: number): string => {
  if (!/\d/.test(text)) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:E(-?\d+))?$/.exec(text)!
  const shift = Number(exponent) - fraction.length + digits
  const all = BigInt(whole + fraction)
  const scaled = shift >= 0 ? all * 10n ** BigInt(shift) : halfUp(all, 10n ** BigInt(-shift))
  const padded = String(scaled).padStart(digits + 1, '0')
  return digits === 0 ? sign + padded : `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`
}

const halfUp = (value: bigint, divisor: bigint): bigint => (value * 2n + divisor) / (divisor * 2n)
