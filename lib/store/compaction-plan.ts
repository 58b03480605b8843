import { UsageError } from '../errors.ts'
import { backfill, type PrefixLister } from './backfill.ts'
import { accountsIn, dayAfter } from './day-objects.ts'
import type { EventPartition } from './partition.ts'

/** What a plan was asked for; nothing but the nightly one when empty. */
export interface PlanRequest {
  /** Days, YYYY-MM-DD, both included. */
  readonly from?: string
  readonly to?: string
  readonly account?: string
  /** Where an earlier run stopped. */
  readonly after?: string
  readonly refresh?: true
}

/** Reads what was handed in on invoke. What a schedule sends has none of it. Throws `UsageError` naming what is wrong. */
export const planRequestOf = (event: unknown): PlanRequest => {
  const given = (typeof event === 'object' && event !== null ? event : {}) as Readonly<
    Record<string, unknown>
  >
  if (given['refresh'] === true) return { refresh: true }
  // EventBridge's own events carry an account too
  if ('detail-type' in given) return {}
  const single = dayOf(given, 'day')
  const from = single ?? dayOf(given, 'from')
  const to = single ?? dayOf(given, 'to') ?? from
  if (!from && (to || given['account'] !== undefined))
    throw new UsageError('expected "day", or "from" and "to", as 2026-01-31')
  if (!from || !to) return {}
  if (to < from) throw new UsageError(`to: expected a day not before ${from}, found ${to}`)
  const account = textOf(given, 'account', /^\d{12}$/, 'an account of 12 digits')
  const after = textOf(given, 'after', /./, 'where an earlier run stopped')
  return { from, to, ...(account && { account }), ...(after && { after }) }
}

const dayOf = (given: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const day = textOf(given, name, /^\d{4}-\d{2}-\d{2}$/, 'a day as 2026-01-31')
  if (day && Number.isNaN(Date.parse(`${day}T00:00:00Z`)))
    throw new UsageError(`${name}: there is no day ${day}`)
  return day
}

const textOf = (
  given: Readonly<Record<string, unknown>>,
  name: string,
  form: RegExp,
  expected: string,
): string | undefined => {
  const value = given[name]
  if (value === undefined) return undefined
  if (typeof value === 'string' && form.test(value)) return value
  throw new UsageError(`${name}: expected ${expected}, found ${JSON.stringify(value)}`)
}

/** The account-days of a night: the last `days` days before `today` of every account, and `revisited` ones; each once. */
export const nightlyDays = async (options: {
  readonly lister: PrefixLister
  readonly prefix: string
  readonly today: string
  readonly days: number
  readonly revisited: readonly EventPartition[]
}): Promise<readonly EventPartition[]> => {
  const accounts = await accountsIn(options.lister, options.prefix)
  const days = Array.from({ length: options.days }, (_, n) => dayAfter(options.today, n - options.days))
  const wanted = days.flatMap((day) => accounts.map((account) => ({ account, day })))
  return [
    ...new Map([...wanted, ...options.revisited].map((one) => [`${one.account} ${one.day}`, one])).values(),
  ]
}

export interface RangeOptions {
  readonly lister: PrefixLister
  readonly bucket: string
  readonly prefix: string
  readonly request: PlanRequest
  readonly mustStop?: () => boolean
  /** Account-days that were found; each once in a run. */
  readonly onDays: (days: readonly EventPartition[]) => Promise<void>
}

/** Finds the account-days of a range that have log files, by folders alone. Stopped, it says after which place to go on. */
export const rangeDays = async (
  options: RangeOptions,
): Promise<{ readonly finished: boolean; readonly last: string }> => {
  const { from = '', to = '', account: only, after } = options.request
  const seen = new Set<string>()
  return backfill({
    lister: options.lister,
    bucket: options.bucket,
    prefix: options.prefix,
    days: { from: from.replaceAll('-', '/'), to: to.replaceAll('-', '/') },
    ...(after && { after }),
    ...(options.mustStop && { mustStop: options.mustStop }),
    onPlace: async ({ account, partitions }) => {
      if (only && only !== account) return
      const days = partitions.map(({ day }) => day.replaceAll('/', '-'))
      const fresh = days.filter((day) => !seen.has(`${account} ${day}`))
      for (const day of fresh) seen.add(`${account} ${day}`)
      await options.onDays(fresh.map((day) => ({ account, day })))
    },
  })
}
