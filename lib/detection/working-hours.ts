import { isObject } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'

/** When people work: `workingHours` in the config file. */
export interface WorkingHours {
  /** IANA name, `Europe/Berlin`. */
  readonly timezone: string
  /** `mon`, `tue` ...: the day on which the hours begin. */
  readonly days: readonly string[]
  /** Minutes after midnight, on the wall clock there. A `to` before `from` is on the next day. */
  readonly from: number
  readonly to: number
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri']
const KEYS = ['timezone', 'days', 'from', 'to']

/** Reads `{timezone, days, from, to}`; days are Monday to Friday unless named. `fail` makes the error that is thrown. */
export const parseWorkingHours = (
  raw: unknown,
  fail: (message: string, ...path: readonly (string | number)[]) => Error,
): WorkingHours => {
  const wrong = (message: string, ...path: string[]) =>
    fail(`workingHours${message}`, 'workingHours', ...path)
  if (!isObject(raw)) throw wrong(`: expected a map, found ${shapeOf(raw)}`)
  const unknown = Object.keys(raw).find((name) => !KEYS.includes(name))
  if (unknown) throw wrong(`: unknown key ${unknown}; expected ${KEYS.join(', ')}`, unknown)
  const { timezone, days = WEEK } = raw
  if (typeof timezone !== 'string' || !isZone(timezone))
    throw wrong(
      `.timezone: expected an IANA time zone such as Europe/Berlin, found ${JSON.stringify(timezone) ?? 'nothing'}`,
      'timezone',
    )
  if (!Array.isArray(days) || days.length === 0 || !days.every((day) => DAYS.includes(day)))
    throw wrong(`.days: expected a list of ${DAYS.join(', ')}, found ${JSON.stringify(days)}`, 'days')
  const minute = (name: 'from' | 'to'): number => {
    const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(String(raw[name])) ?? []
    const value = Number(hours) * 60 + Number(minutes)
    if (value <= 24 * 60) return value
    throw wrong(
      `.${name}: expected a time such as 08:00, found ${JSON.stringify(raw[name]) ?? 'nothing'}`,
      name,
    )
  }
  const hours = { timezone, days: days as string[], from: minute('from'), to: minute('to') }
  if (hours.from === hours.to) throw wrong('.to: expected another time than from, found the same', 'to')
  return hours
}

/** A time as it is there, and whether people work at it. */
export interface LocalTime {
  /** `2026-03-29` */
  readonly date: string
  /** `Sun 03:30` */
  readonly clock: string
  readonly working: boolean
}

/** Tells times (milliseconds since 1970) on the wall clock of the time zone, whose changes it follows. */
export const localClock = ({ timezone, days, from, to }: WorkingHours): ((time: number) => LocalTime) => {
  const format = formatFor(timezone)
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
    const { year, month, day, weekday = '', hour, minute } = parts
    const now = Number(hour) * 60 + Number(minute)
    const today = DAYS.indexOf(weekday.toLowerCase())
    const isDay = (index: number) => days.includes(DAYS[(index + 7) % 7]!)
    const working =
      from < to
        ? isDay(today) && now >= from && now < to
        : (isDay(today) && now >= from) || (isDay(today - 1) && now < to)
    return { date: `${year}-${month}-${day}`, clock: `${weekday} ${hour}:${minute}`, working }
  }
}

const formatFor = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })

/** A distance from UTC such as +01:00 is no time zone: it does not know when clocks change. */
const isZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return formatFor(name).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
