import { millisOf } from '../trail/time.ts'

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})?$/

/**
 * Milliseconds since the epoch of a time as records write it, or `undefined`. ISO 8601 with or without a zone; anything else
 * JavaScript can read counts as UTC, never as the time of this machine.
 */
export const timestampOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined
  if (value !== lastText) {
    lastText = value
    lastMillis = millisIn(value)
  }
  return lastMillis
}

/** Each time of an event is asked for more than once in a row. */
let lastText = ''
let lastMillis: number | undefined

const millisIn = (value: string): number | undefined => {
  const own = isOwnSpelling(value) ? millisOf(value) : Number.NaN
  if (!Number.isNaN(own)) return inRange(own)
  const [, date, time, zone = 'Z'] = ISO.exec(value) ?? []
  const millis = Date.parse(date ? `${date}T${time}${zone}` : `${value} UTC`)
  return Number.isNaN(millis) ? fallback(value) : inRange(millis)
}

const fallback = (value: string): number | undefined => {
  // Only a text that names its zone reads the same on every machine.
  const millis = /(?:Z|GMT|UTC|[+-]\d{2}:?\d{2})$/i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(millis) ? undefined : inRange(millis)
}

/** Years 1000 to 9999: what SQL timestamps and day folders can name. */
const inRange = (millis: number): number | undefined =>
  millis >= Date.UTC(1000, 0) && millis < Date.UTC(10_000, 0) ? millis : undefined

/** As CloudTrail writes times: UTC ISO 8601, with milliseconds only when there are some. */
export const isoOf = (time: Date): string => time.toISOString().replace('.000Z', 'Z')

/** Is a time that exists spelled as `isoOf` would? Days after the 28th are not looked at: not every month has them. */
export const isOwnSpelling = (time: string): boolean => time.length === 20 && OWN.test(time)

const OWN = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\dZ$/
