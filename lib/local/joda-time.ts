/** Joda's patterns, which Trino's format_datetime and parse_datetime take, in UTC. */
const LETTERS =
  /'((?:[^']|'')*)'|yyyy|yy|y|M{1,4}|d{1,2}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|SSS|E{1,4}|e|D{1,3}|w{1,2}|a|Z{1,2}/g
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const DAY = 86_400_000

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1
const isoDay = (date: Date): number => date.getUTCDay() || 7

/** Week of the ISO year: the one that holds its Thursday. */
const isoWeek = (date: Date): number => {
  const thursday = new Date(date.getTime() + (4 - isoDay(date)) * DAY)
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1
}

const field = (letter: string, date: Date): number | string => {
  switch (letter) {
    case 'y':
      return date.getUTCFullYear()
    case 'M':
      return date.getUTCMonth() + 1
    case 'd':
      return date.getUTCDate()
    case 'H':
      return date.getUTCHours()
    case 'h':
      return date.getUTCHours() % 12 || 12
    case 'm':
      return date.getUTCMinutes()
    case 's':
      return date.getUTCSeconds()
    case 'S':
      return date.getUTCMilliseconds()
    case 'e':
      return isoDay(date)
    case 'D':
      return dayOfYear(date)
    case 'w':
      return isoWeek(date)
    case 'a':
      return date.getUTCHours() < 12 ? 'AM' : 'PM'
    default:
      return ''
  }
}

const written = (token: string, date: Date): string => {
  if (token.startsWith('M') && token.length > 2) return name(MONTHS[date.getUTCMonth()]!, token)
  if (token.startsWith('E')) return name(DAYS[date.getUTCDay()]!, token)
  if (token === 'Z') return '+0000'
  if (token === 'ZZ') return '+00:00'
  if (token === 'yy') return String(date.getUTCFullYear() % 100).padStart(2, '0')
  const value = String(field(token[0]!, date))
  return token === 'a' ? value : value.padStart(token.length, '0')
}

const name = (full: string, token: string): string => (token.length > 3 ? full : full.slice(0, 3))

/** A time, in milliseconds since the epoch, in Joda's pattern. */
export const formatJoda = (millis: number, pattern: string): string => {
  const date = new Date(millis)
  return pattern.replace(LETTERS, (token, text: string | undefined) =>
    text === undefined ? written(token, date) : text === '' ? "'" : text.replaceAll("''", "'"),
  )
}

const READ: Readonly<Record<string, string>> = {
  y: String.raw`(?<y>\d{1,4})`,
  M: String.raw`(?<M>\d{1,2})`,
  d: String.raw`(?<d>\d{1,2})`,
  H: String.raw`(?<H>\d{1,2})`,
  m: String.raw`(?<m>\d{1,2})`,
  s: String.raw`(?<s>\d{1,2})`,
  S: String.raw`(?<S>\d{1,3})`,
  Z: '(?:Z|[+-]00:?00)',
}

const literalOf = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const patternOf = (pattern: string): RegExp => {
  let source = ''
  let at = 0
  for (const found of pattern.matchAll(LETTERS)) {
    const [token, text] = found
    source += literalOf(pattern.slice(at, found.index))
    at = found.index + token.length
    const known = READ[token[0]!]
    const isNumber = known !== undefined && !(token.startsWith('M') && token.length > 2) && token !== 'yy'
    if (text === undefined && !isNumber)
      throw new Error(`parse_datetime does not support ${token} in ${pattern}`)
    source += text === undefined ? known! : literalOf(text === '' ? "'" : text.replaceAll("''", "'"))
  }
  return new RegExp(`^${source}${literalOf(pattern.slice(at))}$`)
}

/** Reads a text in Joda's pattern, in UTC; milliseconds since the epoch. Throws on a text that does not fit. */
export const parseJoda = (text: string, pattern: string): number => {
  const groups = patternOf(pattern).exec(text)?.groups
  const number = (key: string, fallback: number): number => Number(groups?.[key] ?? fallback)
  const [year, month, day] = [number('y', 1970), number('M', 1), number('d', 1)]
  const fraction = Number((groups?.['S'] ?? '0').padEnd(3, '0'))
  const millis = Date.UTC(year, month - 1, day, number('H', 0), number('m', 0), number('s', 0), fraction)
  const date = new Date(millis)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && number('H', 0) < 24
  if (!groups || !real || number('m', 0) > 59 || number('s', 0) > 59)
    throw new Error(`${JSON.stringify(text.slice(0, 40))} does not fit the format ${JSON.stringify(pattern)}`)
  return millis
}
