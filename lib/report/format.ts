/** Plain text for people. Deterministic: no locale, no time zone of the machine. */

/** At most `max` characters; says how many were cut. */
export const clip = (value: string, max: number): string => {
  if (value.length <= max) return value
  const end = /[\ud800-\udbff]/.test(value[max - 1]!) ? max - 1 : max
  return `${value.slice(0, end)}... (${count(value.length - end)} more characters)`
}

/** 1234567 -> `1,234,567`. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 log file`, `2 log files`. */
export const plural = (n: number, one: string, many: string = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`

const ISO = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?Z$/

/** `2026-11-01T10:00:07Z` -> `2026-11-01 10:00:07 UTC`. A time that is none is shown as it is. */
export const utc = (time: string): string => {
  const [, day, clock] = ISO.exec(time) ?? []
  return day && clock ? `${day} ${clock} UTC` : clip(time, 40)
}

/** First letter in upper case. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** `a, b and c`. */
export const sentenceList = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

const DOMAIN = '.amazonaws.com'

/** `iam.amazonaws.com` + `CreateUser` -> `iam:CreateUser`, as IAM policies spell it. */
export const callOf = (eventSource: string, eventName: string): string => {
  const service = eventSource.endsWith(DOMAIN) ? eventSource.slice(0, -DOMAIN.length) : eventSource
  return service === '' ? eventName : `${service}:${eventName}`
}

/** By code units, never by locale: the same order on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Milliseconds since the epoch, or `undefined` for a time that is none. Date.parse alone takes `anything 1` for a date. */
export const millis = (time: string | undefined): number | undefined => {
  const ms = time !== undefined && ISO.test(time) ? Date.parse(time) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
