import { ContentError, messageOf } from '../errors.ts'
import { isObject } from '../trail/event.ts'
import { isJson } from './canonical.ts'
import type { OwnSnapshots } from './own-snapshots.ts'

/** What could not be read, and why. */
export interface Missing {
  readonly what: string
  readonly reason: string
}

/** How things were at one time. */
export interface TakenSnapshots {
  readonly version: 1
  /** UTC ISO, after the last answer: it shows nothing that happened later. */
  readonly time: string
  readonly accountId: string
  readonly snapshots: OwnSnapshots
  readonly missing: readonly Missing[]
}

const SECTIONS = ['trails', 'keys', 'buckets', 'rules', 'functions'] as const

/** As JSON, names in order: the same account gives the same bytes but for the time. */
export const serialiseSnapshots = ({ snapshots, ...taken }: TakenSnapshots): string => {
  const sections = SECTIONS.map((section) => {
    const entries = [...((snapshots[section] as ReadonlyMap<string, unknown>) ?? [])]
    return [section, Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))]
  })
  return `${JSON.stringify({ ...taken, snapshots: Object.fromEntries(sections) }, null, 1)}\n`
}

/**
 * Reads what `serialiseSnapshots` wrote. Throws `ContentError` that names the file, what was expected and what was found. What stands in a section is looked at
 * by the action that uses it.
 */
export const parseSnapshots = (file: string, source: string): TakenSnapshots => {
  const fail = (message: string): never => {
    throw new ContentError(file, message)
  }
  const raw = jsonOf(source, fail)
  if (!isObject(raw) || raw['version'] !== 1)
    return fail(
      `expected snapshots of version 1, found ${JSON.stringify(isObject(raw) ? raw['version'] : raw)?.slice(0, 60) ?? 'nothing'}`,
    )
  const { time, accountId, snapshots, missing = [] } = raw
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    return fail(`time: expected a UTC time, found ${JSON.stringify(time) ?? 'nothing'}`)
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId))
    return fail(`accountId: expected 12 digits, found ${JSON.stringify(accountId) ?? 'nothing'}`)
  if (!isObject(snapshots) || !isJson(snapshots)) return fail('snapshots: expected a map')
  const sections = SECTIONS.map((section) => {
    const found = snapshots[section] ?? {}
    if (!isObject(found) || !Object.values(found).every(isObject))
      return fail(`snapshots.${section}: expected a map of maps`)
    return [section, new Map(Object.entries(found))]
  })
  return {
    version: 1,
    time,
    accountId,
    snapshots: Object.fromEntries(sections) as OwnSnapshots,
    missing: Array.isArray(missing) ? (missing as readonly Missing[]) : [],
  }
}

const jsonOf = (source: string, fail: (message: string) => never): unknown => {
  try {
    return JSON.parse(source)
  } catch (error) {
    return fail(`expected JSON: ${messageOf(error)}`)
  }
}

/**
 * The newest that was whole before the event: one from after it may show what the event made, and nothing that an attacker weakened is
 * ever put back. `undefined` when there is none, or when the event has no time.
 */
export const newestBefore = <T extends { readonly time: string }>(
  taken: readonly T[],
  eventTime: unknown,
): T | undefined => {
  const event = Date.parse(String(eventTime))
  return taken
    .filter(({ time }) => Date.parse(time) < event)
    .reduce<T | undefined>(
      (newest, one) => (newest && Date.parse(newest.time) >= Date.parse(one.time) ? newest : one),
      undefined,
    )
}
