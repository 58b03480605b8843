/** MySQL's format codes, which Trino's date_format and date_parse take. https://trino.io/docs/current/functions/datetime.html */

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12
const half = (date: Date): string => (date.getUTCHours() < 12 ? 'AM' : 'PM')
const minutesAndSeconds = (date: Date): string => `${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`
const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1

const CODES: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => DAYS[date.getUTCDay()]!.slice(0, 3),
  W: (date) => DAYS[date.getUTCDay()]!,
  b: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  M: (date) => MONTHS[date.getUTCMonth()]!,
  Y: (date) => pad(date.getUTCFullYear(), 4),
  y: (date) => pad(date.getUTCFullYear() % 100),
  m: (date) => pad(date.getUTCMonth() + 1),
  c: (date) => String(date.getUTCMonth() + 1),
  d: (date) => pad(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()),
  H: (date) => pad(date.getUTCHours()),
  k: (date) => String(date.getUTCHours()),
  h: (date) => pad(hour12(date)),
  I: (date) => pad(hour12(date)),
  l: (date) => String(hour12(date)),
  i: (date) => pad(date.getUTCMinutes()),
  s: (date) => pad(date.getUTCSeconds()),
  S: (date) => pad(date.getUTCSeconds()),
  f: (date) => `${pad(date.getUTCMilliseconds(), 3)}000`,
  p: half,
  j: (date) => pad(dayOfYear(date), 3),
  T: (date) => `${pad(date.getUTCHours())}:${minutesAndSeconds(date)}`,
  r: (date) => `${pad(hour12(date))}:${minutesAndSeconds(date)} ${half(date)}`,
  '%': () => '%',
}

const codeOf = (code: string): ((date: Date) => string) => {
  const found = CODES[code]
  if (!found) throw new Error(`the format code %${code} is not supported`)
  return found
}

/** Milliseconds since the epoch, in UTC, in the given format. */
export const formatTime = (millis: number, format: string): string =>
  format.replace(/%(.)/gs, (_, code: string) => codeOf(code)(new Date(millis)))

/** Codes that can be read back, with the pattern of their text. */
const READ: Readonly<Record<string, string>> = {
  Y: String.raw`(?<Y>\d{4})`,
  m: String.raw`(?<m>\d{1,2})`,
  c: String.raw`(?<m>\d{1,2})`,
  d: String.raw`(?<d>\d{1,2})`,
  e: String.raw`(?<d>\d{1,2})`,
  H: String.raw`(?<H>\d{1,2})`,
  k: String.raw`(?<H>\d{1,2})`,
  i: String.raw`(?<i>\d{1,2})`,
  s: String.raw`(?<s>\d{1,2})`,
  S: String.raw`(?<s>\d{1,2})`,
  f: String.raw`(?<f>\d{1,3})\d{0,6}`,
  T: String.raw`(?<H>\d{1,2}):(?<i>\d{1,2}):(?<s>\d{1,2})`,
  '%': '%',
}

const patternOf = (format: string): RegExp => {
  const parts = format.match(/%.|[^%]+|%$/gs) ?? []
  const source = parts.map((part) => {
    if (!part.startsWith('%')) return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    const found = READ[part.slice(1)]
    if (!found) throw new Error(`date_parse does not support the format code ${part}`)
    return found
  })
  return new RegExp(`^${source.join('')}$`, 'u')
}

/** Reads a text in the given format, in UTC; milliseconds since the epoch. Throws on a text that does not fit. */
export const parseTime = (text: string, format: string): number => {
  const found = patternOf(format).exec(text)?.groups
  const number = (name: string, fallback: number): number => Number(found?.[name] ?? fallback)
  const [year, month, day] = [number('Y', 1970), number('m', 1), number('d', 1)]
  const fraction = Number((found?.['f'] ?? '0').padEnd(3, '0'))
  const millis = Date.UTC(year, month - 1, day, number('H', 0), number('i', 0), number('s', 0), fraction)
  const date = new Date(millis)
  const real =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    number('H', 0) < 24 &&
    number('i', 0) < 60 &&
    number('s', 0) < 60
  if (!found || !real)
    throw new Error(`${JSON.stringify(text.slice(0, 40))} does not fit the format ${JSON.stringify(format)}`)
  return millis
}
