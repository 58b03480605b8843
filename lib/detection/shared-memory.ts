import { createHash } from 'node:crypto'
import { messageOf } from '../errors.ts'
import { eachOnce, type Finding } from '../finding.ts'
import type { HitStore, LocatedEvent, RememberedHit, ReportedWindow } from '../ports.ts'
import { type DetectorOptions, makeDetector } from './detect.ts'
import type { Listener, Remembered } from './listeners.ts'
import type { Basis } from './make-finding.ts'
import { type Repeats, withRepeats } from './repeats.ts'
import type { CorrelationRule, Rule } from './rules.ts'
import { windowsIn } from './sigma/correlation.ts'
import type { Hit, Match } from './sigma/hits.ts'
import { slimmed } from './slim.ts'

export interface Detected {
  readonly findings: readonly Finding[]
  readonly repeats: readonly Repeats[]
  /** Remembers which windows were reported. Called when the findings are safe: a crash before repeats them, under the same ids. */
  commit(): Promise<void>
}

/** A group of a correlation that has new hits. */
interface Pending {
  readonly rule: CorrelationRule
  readonly group: string
  readonly hits: Hit<Remembered>[]
}

interface Reported {
  readonly group: string
  readonly windows: readonly ReportedWindow[]
  readonly timespan: number
}

/** Groups looked up at the same time. */
const AT_ONCE = 16
/** How long after its timespan a hit is still of use: log files come late, and dead letters later. */
const LATE_MS = 24 * 3_600_000
/** A larger event is remembered without its request and answer. */
const MAX_EVENT_CHARS = 100_000

/**
 * Puts events to rules whose correlations share their memory with other invocations and with the other lane: hits are written first and
 * read then, so that of several at once the last to write sees them all. Whoever completes a window makes the same finding. Correlations
 * that judge whole windows (upper limits, averages, percentiles) see these events alone. `now`: UTC ISO.
 */
export const detectTogether = async (
  rules: readonly Rule[],
  options: Omit<DetectorOptions, 'onHit'>,
  memory: { readonly hits: HitStore; readonly now: string },
  events: readonly LocatedEvent[],
): Promise<Detected> => {
  const pending = new Map<string, Pending>()
  const detector = makeDetector(rules, {
    ...options,
    onHit: (listener, match) => note(pending, listener, match),
  })
  const findings = events.flatMap((located) => detector.detect(located))
  const reported: Reported[] = []
  while (pending.size > 0) {
    const groups = [...pending.values()].splice(0, AT_ONCE)
    for (const { group } of groups) pending.delete(group)
    for (const one of await Promise.all(groups.map((group) => judge(memory, group)))) {
      reported.push(one)
      for (const window of one.windows) findings.push(...detector.completed(one.rule, window))
    }
  }
  const { findings: last, repeats } = detector.finish()
  return {
    findings: withRepeats(eachOnce([...findings, ...last]), repeats),
    repeats,
    commit: async () => {
      for (const { group, windows, timespan } of reported) {
        if (windows.length === 0) continue
        const plain = windows.map(({ from, to }) => ({ from, to }))
        await memory.hits.report(group, plain, keepUntil(memory.now, timespan))
      }
    },
  }
}

const note = (pending: Map<string, Pending>, listener: Listener, match: Match<Remembered>): void => {
  const found = listener.read(match)
  if (!found) return
  const group = digest(`${listener.rule.ref.id}\n${found.key}`)
  const known = pending.get(group) ?? { rule: listener.rule, group, hits: [] }
  known.hits.push(...found.hits)
  pending.set(group, known)
}

/** Writes the new hits of a group, reads what is known around them, and finds the windows that are full. */
const judge = async (
  { hits: store, now }: { readonly hits: HitStore; readonly now: string },
  { rule, group, hits }: Pending,
) => {
  const timespan = rule.sigma.timespanMs
  await store.add(group, placed(rule, hits), keepUntil(now, timespan))
  const times = hits.map(({ time }) => time)
  const from = times.reduce((a, b) => Math.min(a, b)) - timespan
  const to = times.reduce((a, b) => Math.max(a, b)) + timespan
  const known = await store.within(group, from, to)
  return {
    rule,
    group,
    timespan,
    windows: windowsIn(rule.sigma, known.hits.map(hitOf), known.windows),
  }
}

const keepUntil = (now: string, timespan: number): string =>
  new Date(Date.parse(now) + 2 * timespan + LATE_MS).toISOString()

const MINUTE = 60_000

/**
 * Where hits lie in their group. A count of different values needs the latest hit of a value alone, so those of a minute share a place;
 * a timespan shorter than that keeps every hit.
 */
const placed = (rule: CorrelationRule, hits: readonly Hit<Remembered>[]): readonly RememberedHit[] => {
  const shares = rule.sigma.type === 'value_count' && rule.sigma.timespanMs > MINUTE
  const places = new Map<string, RememberedHit>()
  for (const hit of hits) {
    const { time, eventID, rule: number, value } = hit
    const mark = shares ? `${Math.floor(time / MINUTE)} ${value}` : `${eventID} ${number} ${value}`
    const at = String(shares ? Math.floor(time / MINUTE) * MINUTE : time).padStart(15, '0')
    const one = { time, place: `${at}#${digest(mark).slice(0, 32)}`, text: textOf(hit) }
    const other = places.get(one.place)
    if (!other || isLater(one, other)) places.set(one.place, one)
  }
  return [...places.values()]
}

/** Of two hits in one place, the one that stays. */
export const isLater = (a: RememberedHit, b: RememberedHit): boolean =>
  a.time > b.time || (a.time === b.time && a.text > b.text)

const textOf = ({ eventID, rule, value, item }: Hit<Remembered>): string => {
  const text = JSON.stringify({ eventID, rule, value, item })
  if (text.length <= MAX_EVENT_CHARS || !('located' in item)) return text
  return JSON.stringify({ eventID, rule, value, item: slimmed(item as Basis) })
}

const hitOf = ({ time, text }: RememberedHit): Hit<Remembered> => {
  try {
    return { time, ...(JSON.parse(text) as Omit<Hit<Remembered>, 'time'>) }
  } catch (error) {
    throw new Error(
      `memory of correlations: expected JSON of a hit, found ${text.slice(0, 40)} (${messageOf(error)})`,
    )
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
