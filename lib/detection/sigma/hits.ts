import type { SigmaCorrelationRule } from './document.ts'
import {
  type Path,
  type Reader as PathReader,
  parsePath,
  readerOf,
  type Subject,
  textAt,
  textsAt,
} from './path.ts'

/** One event that a referred rule matched. `T` is whatever the caller wants back with a finding. */
export interface Hit<T> {
  readonly time: number
  readonly eventID: string
  /** Position of the rule among `rules`. */
  readonly rule: number
  /** The counted value, for the value types. */
  readonly value: string
  readonly item: T
}

/** A match of rule number `rule`. */
export interface Match<T> {
  readonly rule: number
  readonly time: number
  readonly eventID: string
  readonly event: unknown
  readonly subject: Subject
  readonly item: T
}

/** A window that fulfils the rule: its hits in time order, and the one that completed it. */
export interface Completed<T> {
  readonly hits: readonly Hit<T>[]
  readonly last: Hit<T>
}

export interface Correlator<T> {
  /** Tells of a match. Answers a window when it completes one. */
  add(match: Match<T>): Completed<T> | undefined
  /** The same, of a match whose fields were read elsewhere. */
  count(read: Read<T>): Completed<T> | undefined
  /** No more will be told: the windows that could only be judged whole. */
  finish(): readonly Completed<T>[]
  /** Groups that were given up, or judged early, for want of room while their window was still open. */
  crowdedOut(): number
}

/** Group and hits of a match, which are of one time. */
export interface Read<T> {
  readonly key: string
  readonly time: number
  readonly hits: readonly Hit<T>[]
}

/** Reads a match; nothing when it lacks a field that the rule groups by. */
export type Reader<T> = (match: Match<T>) => Read<T> | undefined

/** Reads group-by and counted fields, through aliases, for each of the rules a correlation refers to. */
export const hitReader = <T>(
  rule: SigmaCorrelationRule,
  references: readonly (readonly string[])[],
): Reader<T> => {
  const fieldsFor = (fields: readonly string[]) =>
    references.map((names) => fields.map((field) => fieldOf(aliased(rule, field, names))))
  const keyFields = fieldsFor(rule.groupBy)
  const valueFields = fieldsFor(rule.fields)
  const counts = rule.type.startsWith('value_')
  return ({ rule: number, time, eventID, event, subject, item }) => {
    const key = keyOf(event, subject, keyFields[number]!)
    if (key === undefined) return undefined
    const values = counts ? valuesOf(event, subject, valueFields[number]!) : NO_VALUE
    return { key, time, hits: values.map((value) => ({ time, eventID, rule: number, value, item })) }
  }
}

/** An alias names a field per rule; anything else is the field itself. */
export const aliased = (rule: SigmaCorrelationRule, field: string, names: readonly string[]): string => {
  const fields = rule.aliases.get(field)
  for (const name of names) {
    const own = fields?.get(name)
    if (own) return own
  }
  return field
}

const NO_VALUE = ['']

interface Field {
  readonly path: Path
  readonly read: PathReader
}

const fieldOf = (name: string): Field => {
  const path = parsePath(name)
  return { path, read: readerOf(path) }
}

/** One text for several, with their lengths, so that no two differ and look alike. */
const keyOf = (event: unknown, subject: Subject, fields: readonly Field[]): string | undefined => {
  let key = ''
  for (const { path, read } of fields) {
    const text = textAt(event, subject, path, read)
    if (text === undefined) return undefined
    key = fields.length === 1 ? text : `${key}${text.length}:${text}`
  }
  return key
}

/** Counted values of an event: one field may hold several; several fields count as one value together. */
const valuesOf = (event: unknown, subject: Subject, fields: readonly Field[]): readonly string[] => {
  if (fields.length === 1) return textsAt(event, subject, fields[0]!.path)
  const key = keyOf(event, subject, fields)
  return key === undefined ? [] : [key]
}

/** By time, then event id; 0 for the same hit told twice. */
export const compareHits = <T>(a: Hit<T>, b: Hit<T>): number =>
  a.time - b.time || order(a.eventID, b.eventID) || a.rule - b.rule || order(a.value, b.value)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Puts a hit in its place. Answers where, or -1 when it was there before. */
export const insertHit = <T>(hits: Hit<T>[], hit: Hit<T>): number => {
  let at = hits.length
  while (at > 0 && compareHits(hits[at - 1]!, hit) > 0) at--
  const before = hits[at - 1]
  if (before && compareHits(before, hit) === 0) return -1
  hits.splice(at, 0, hit)
  return at
}
