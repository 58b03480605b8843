/**
 * When temporary credentials end. CloudTrail writes the time the SDK for Java prints, `Nov 1, 2026, 9:33:45 AM`, older ones without the second
 * comma, newer ones with a narrow no-break space before AM; always UTC.
 */
const PRINTED = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[\s\u202f\u00a0]([AP]M)$/

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** UTC ISO, or `undefined` for what is no such time. Takes ISO times as well. */
export const parseExpiration = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value.length > 40) return undefined
  const [, name, day, year, hour, minute, second, half] = PRINTED.exec(value) ?? []
  if (name === undefined) return isoTime(value)
  const month = MONTHS.indexOf(name) / 3
  if (!Number.isInteger(month) || month < 0) return undefined
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  const time = Date.UTC(Number(year), month, Number(day), hours, Number(minute), Number(second))
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

const isoTime = (value: string): string | undefined =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value))
    ? new Date(value).toISOString()
    : undefined

/** Seconds that a session lives at most, by the call that makes it. A role's maximum is 12 h, of the others 36 h. */
const LONGEST: Readonly<Record<string, number>> = { GetSessionToken: 129_600, GetFederationToken: 129_600 }
const LONGEST_ROLE = 43_200

/**
 * End of a session made at `time` by `call`: as the answer says; else as long as was asked for; else the longest that call can give, so that
 * nothing that may still work is taken for dead.
 */
export const expiryOf = (call: string, time: string, expiration: unknown, duration: unknown): string => {
  const said = parseExpiration(expiration)
  if (said !== undefined) return said
  const longest = LONGEST[call] ?? LONGEST_ROLE
  const asked = Number(duration)
  const seconds = Number.isInteger(asked) && asked >= 900 && asked <= longest ? asked : longest
  return new Date(Date.parse(time) + seconds * 1000).toISOString()
}

/** When a session that the log never shows being made must have ended at the latest: 36 h after it began. */
export const latestEnd = (begun: string): string => new Date(Date.parse(begun) + 129_600_000).toISOString()
