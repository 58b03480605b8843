/** Date.parse alone takes free text, and reads it in the machine's time zone. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

const DASH = 45
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90
const ZERO = 48

/** Milliseconds since the epoch of an ISO 8601 time with a zone; NaN for any other text. Quick for CloudTrail's own spelling. */
export const millisOf = (time: string): number => {
  if (isPlain(time)) {
    const year = two(time, 0) * 100 + two(time, 2)
    return Date.UTC(year, two(time, 5) - 1, two(time, 8), two(time, 11), two(time, 14), two(time, 17))
  }
  return ISO_TIME.test(time) ? Date.parse(time) : Number.NaN
}

/** Is it an ISO 8601 time with a zone? */
export const isTime = (time: string): boolean => isPlain(time) || !Number.isNaN(millisOf(time))

/** `2026-10-14T13:05:09Z`, as all of CloudTrail's times are. The last days of a month and what is spelled otherwise are left to Date. */
const isPlain = (time: string): boolean =>
  time.length === 20 &&
  time.charCodeAt(4) === DASH &&
  time.charCodeAt(7) === DASH &&
  time.charCodeAt(10) === LETTER_T &&
  time.charCodeAt(13) === COLON &&
  time.charCodeAt(16) === COLON &&
  time.charCodeAt(19) === LETTER_Z &&
  within(two(time, 0), 1, 99) &&
  within(two(time, 2), 0, 99) &&
  within(two(time, 5), 1, 12) &&
  within(two(time, 8), 1, 28) &&
  within(two(time, 11), 0, 23) &&
  within(two(time, 14), 0, 59) &&
  within(two(time, 17), 0, 59)

/** Two digits as a number; -1 when they are none. */
const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

const within = (number: number, least: number, most: number): boolean => number >= least && number <= most
