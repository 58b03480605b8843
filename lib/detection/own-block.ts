import { ContentError } from '../errors.ts'
import { type CloudTrailEvent, isObject, text } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'
import type { SigmaDocument } from './sigma/document.ts'

/** An example that belongs to a rule: it must fire on it, or must not. */
export interface RuleCase {
  readonly name: string
  readonly fires: boolean
  readonly events: readonly CloudTrailEvent[]
  readonly knownAccounts: readonly string[]
}

/** Findings of a rule that agree in these fields are one within this time. */
export interface Merge {
  readonly by: readonly string[]
  readonly withinMs: number
}

/** Our own part of a rule, under the key `trailwarden`, which other Sigma tools leave alone. */
export interface OwnBlock {
  /** Stable name of the rule; its file is called so. */
  readonly id: string
  readonly playbook: string | undefined
  /** Why it matters and what to look at first, for whoever reads the finding. */
  readonly why: string | undefined
  /** Rules of a pack are loaded when the pack is asked for. */
  readonly pack: string | undefined
  /** Repeats within this time are told once. */
  readonly merge: Merge | undefined
  readonly cases: readonly RuleCase[]
}

const KEYS = ['id', 'playbook', 'why', 'pack', 'merge', 'cases']
const CASE_KEYS = ['name', 'fires', 'event', 'events', 'times', 'every', 'knownAccounts']
const MAX_TIMES = 10_000

/** Reads a rule's `trailwarden` block, or `undefined` when it has none. Throws `ContentError` naming what is wrong. */
export const ownBlockOf = (sigma: SigmaDocument): OwnBlock | undefined => {
  const block = sigma.raw['trailwarden']
  if (block === undefined) return undefined
  const fail = (message: string) =>
    new ContentError(sigma.file, `trailwarden: ${message}`, { line: sigma.line })
  if (!isObject(block)) throw fail(`expected a map, found ${shapeOf(block)}`)
  refuseUnknown(block, KEYS, fail)
  const id = text(block['id'])
  if (!id || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
    throw fail(`id: expected lower-case words joined by -, found ${JSON.stringify(block['id'])}`)
  }
  const cases = block['cases'] ?? []
  if (!Array.isArray(cases)) throw fail(`cases: expected a list, found ${shapeOf(cases)}`)
  return {
    id,
    playbook: text(block['playbook']),
    why: text(block['why']),
    pack: text(block['pack']),
    merge: mergeOf(block['merge'], (message) => fail(`merge: ${message}`)),
    cases: cases.map((entry, i) => caseOf(entry, (message) => fail(`case ${i + 1}: ${message}`))),
  }
}

type Fail = (message: string) => ContentError

const refuseUnknown = (block: Record<string, unknown>, known: readonly string[], fail: Fail): void => {
  const unknown = Object.keys(block).find((key) => !known.includes(key))
  if (unknown) throw fail(`unknown key ${unknown}; expected ${known.join(', ')}`)
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `merge: {by: ct.actor, within: 1h}` */
const mergeOf = (merge: unknown, fail: Fail): Merge | undefined => {
  if (merge === undefined) return undefined
  if (!isObject(merge)) throw fail(`expected a map, found ${shapeOf(merge)}`)
  refuseUnknown(merge, ['by', 'within'], fail)
  const by = (Array.isArray(merge['by']) ? merge['by'] : [merge['by']]).map(text)
  const named = by.filter((field) => field !== undefined)
  if (named.length < by.length) throw fail('by: expected field names, found none')
  const withinMs = timeOf(merge['within'])
  if (!withinMs) throw fail(`within: expected a time such as 1h, found ${JSON.stringify(merge['within'])}`)
  return { by: named, withinMs }
}

/** Milliseconds of `30s`, `5m`, `1h` or `1d`. */
const timeOf = (time: unknown): number | undefined => {
  const [, count, unit] = /^(\d{1,4})([smhd])$/.exec(text(time) ?? '') ?? []
  return unit ? Number(count) * UNITS[unit]! : undefined
}

const caseOf = (entry: unknown, fail: Fail): RuleCase => {
  if (!isObject(entry)) throw fail(`expected a map, found ${shapeOf(entry)}`)
  refuseUnknown(entry, CASE_KEYS, fail)
  const { fires, event, events = [event], knownAccounts = [] } = entry
  const name = text(entry['name'])
  if (!name) throw fail('name: expected a text, found none')
  if (typeof fires !== 'boolean') throw fail(`fires: expected true or false, found ${JSON.stringify(fires)}`)
  if (!Array.isArray(events) || events.length === 0 || !events.every(isObject)) {
    throw fail('expected event (a map) or events (a list of maps)')
  }
  return {
    name,
    fires,
    events: repeated(entry, events as CloudTrailEvent[], fail),
    knownAccounts: (knownAccounts as unknown[]).map(String),
  }
}

/** `times: 200, every: 2s`: the events over and over, that much later each time; `{n}` in a text is the number of the turn, from 0. */
const repeated = (
  { times, every = '0s' }: Record<string, unknown>,
  events: readonly CloudTrailEvent[],
  fail: Fail,
): readonly CloudTrailEvent[] => {
  if (times === undefined) return events
  const step = timeOf(every)
  if (step === undefined) throw fail(`every: expected a time such as 2s, found ${JSON.stringify(every)}`)
  if (!Number.isInteger(times) || Number(times) < 1 || Number(times) > MAX_TIMES) {
    throw fail(`times: expected a number from 1 to ${MAX_TIMES}, found ${JSON.stringify(times)}`)
  }
  const text = JSON.stringify(events)
  return Array.from({ length: Number(times) }, (_, n) =>
    (JSON.parse(text.replaceAll('{n}', String(n))) as CloudTrailEvent[]).map((event) => ({
      ...event,
      eventTime: new Date(Date.parse(event.eventTime ?? '2026-01-01T00:00:00Z') + n * step).toISOString(),
    })),
  ).flat()
}
