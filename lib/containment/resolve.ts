import jmespath from 'jmespath'
import type { ApiCall, Check, Condition, Json } from '../action.ts'
import { canonicalJson } from '../canonical-json.ts'
import { messageOf } from '../errors.ts'
import type { ApiAnswer } from '../ports.ts'
import { isObject } from '../trail/event.ts'

/** More calls than this from one list is work for a person. */
const MAX_ITEMS = 100

/** A reference in a plan has no value: the action cannot be made concrete. */
export class Unresolved extends Error {
  override name = 'Unresolved'
}

/** Answers that references may point at. */
export interface Answers {
  readonly snapshot?: readonly ApiAnswer[]
  /** Answers of the changing calls, by position; one that was not made, or failed, is missing. */
  readonly calls?: readonly (Json | undefined)[]
}

/** What a JMESPath expression gives of a JSON value. Throws `Unresolved` when it is no JMESPath. */
export const search = (value: Json, query: string): Json => {
  try {
    return (jmespath.search(value, query) ?? null) as Json
  } catch (error) {
    throw new Unresolved(`${query}: ${messageOf(error)}`, { cause: error })
  }
}

/** Are they the same JSON? */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** Does a condition of the plan hold of the snapshot? Throws `Unresolved` when it names an answer that is not there. */
export const conditionHolds = (condition: Condition, snapshot: readonly ApiAnswer[]): boolean => {
  const answer = answerAt(snapshot, condition.snapshot)
  if ('error' in condition) return 'error' in answer && answer.error === condition.error
  return !('error' in answer) && sameJson(search(answer.output, condition.query), condition.equals)
}

/** A call list with its `when`, `each`, `$item` and snapshot references resolved, and where each original call went. */
export interface Concrete {
  readonly calls: readonly ApiCall[]
  readonly places: readonly (readonly number[])[]
}

/** Makes calls concrete. References to answers of earlier calls stay, renumbered. Throws `Unresolved`. */
export const concreteCalls = (calls: readonly ApiCall[], snapshot: readonly ApiAnswer[]): Concrete => {
  const made: ApiCall[] = []
  const places: number[][] = []
  for (const call of calls) {
    const expanded = expand(call, snapshot, places)
    places.push(expanded.map((_, index) => made.length + index))
    made.push(...expanded)
  }
  return { calls: made, places }
}

/** The same for calls that refer to `places` of another list: undo calls, checks. */
export const concreteAfter = (
  calls: readonly ApiCall[],
  snapshot: readonly ApiAnswer[],
  places: Concrete['places'],
): readonly ApiCall[] =>
  calls.flatMap(({ undoOf, ...call }) => {
    const made = expand(call, snapshot, places)
    return undoOf
      ? made.map((one, index) => ({ ...one, undoOf: placesOf(undoOf, places, index, made.length) }))
      : made
  })

/** One undo call for each of as many calls: they belong together in their order. Else each belongs to all of them. */
const placesOf = (positions: readonly number[], places: Concrete['places'], index: number, count: number) =>
  positions.flatMap((position) => {
    const made = places[position] ?? []
    return made.length === count ? [made[index]!] : made
  })

/** Checks, concrete; a check whose call is not made under its `when` falls away. Throws `Unresolved`. */
export const concreteChecks = (
  checks: readonly Check[],
  snapshot: readonly ApiAnswer[],
  places: Concrete['places'],
): readonly Check[] =>
  checks.flatMap((check) =>
    expandWith(check.call, snapshot, places).map(({ call, item }) => ({
      ...check,
      call,
      equals: resolved(check.equals, { snapshot, places, ...(item && { item }) }),
    })),
  )

const expand = (call: ApiCall, snapshot: readonly ApiAnswer[], places: Concrete['places']) =>
  expandWith(call, snapshot, places).map((one) => one.call)

const expandWith = (
  { when, each, ...call }: ApiCall,
  snapshot: readonly ApiAnswer[],
  places: Concrete['places'],
): readonly { readonly call: ApiCall; readonly item?: { readonly value: Json } }[] => {
  if (when && !conditionHolds(when, snapshot)) return []
  const make = (item?: { readonly value: Json }) => ({
    call: {
      ...call,
      input: resolved(call.input, { snapshot, places, ...(item && { item }) }) as ApiCall['input'],
    },
    ...(item && { item }),
  })
  if (!each) return [make()]
  const items = search(outputAt(snapshot, each.snapshot), each.query)
  if (items === null) return []
  if (!Array.isArray(items))
    throw new Unresolved(`each ${each.query}: expected a list, found ${shown(items)}`)
  if (items.length > MAX_ITEMS)
    throw new Unresolved(`each ${each.query}: ${items.length} items, more than ${MAX_ITEMS}: act by hand`)
  return items.map((value) => make({ value }))
}

interface Scope {
  readonly snapshot: readonly ApiAnswer[]
  readonly item?: { readonly value: Json }
  readonly places: Concrete['places']
}

/** A reference that gives nothing leaves its property out: AWS knows no null. */
const resolved = (value: Json, scope: Scope): Json =>
  replaced(value, (reference) => {
    if ('$item' in reference) {
      if (!scope.item) throw new Unresolved('$item stands outside of each')
      return search(scope.item.value, String(reference['$item']))
    }
    const from = reference['$from'] as { snapshot?: number; call?: number; query: string }
    if (from.snapshot !== undefined) return search(outputAt(scope.snapshot, from.snapshot), from.query)
    const at = scope.places[from.call ?? -1]
    if (at?.length !== 1)
      throw new Unresolved(`call ${from.call} is made ${at?.length ?? 0} times: its answer cannot be used`)
    return { $from: { call: at[0]!, query: from.query } }
  })

/** The input with the answers of earlier calls put in. Throws `Unresolved` when one was not made or failed. */
export const withAnswers = <T extends Json>(value: T, calls: readonly (Json | undefined)[]): T =>
  replaced(value, (reference) => {
    const from = reference['$from'] as { call: number; query: string }
    const output = calls[from.call]
    if (output === undefined) throw new Unresolved(`call ${from.call} has no answer`)
    return search(output, from.query)
  }) as T

/** Positions of earlier calls that a value refers to. */
export const dependsOn = (value: Json): readonly number[] => {
  const found: number[] = []
  replaced(value, (reference) => {
    found.push((reference['$from'] as { call: number }).call)
    return null
  })
  return found
}

type ReferenceObject = { readonly [name: string]: Json }

const replaced = (value: Json, put: (reference: ReferenceObject) => Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => replaced(item, put))
  if (!isObject(value)) return value
  if (isReference(value)) return put(value)
  return Object.fromEntries(
    Object.entries(value as ReferenceObject).flatMap(([name, part]) => {
      const filled = replaced(part, put)
      return filled === null && part !== null ? [] : [[name, filled]]
    }),
  )
}

const isReference = (value: object): value is ReferenceObject => {
  const names = Object.keys(value)
  return names.length === 1 && (names[0] === '$from' || names[0] === '$item')
}

const answerAt = (snapshot: readonly ApiAnswer[], index: number): ApiAnswer => {
  const answer = snapshot[index]
  if (!answer) throw new Unresolved(`the snapshot has no answer ${index}`)
  return answer
}

const outputAt = (snapshot: readonly ApiAnswer[], index: number): Json => {
  const answer = answerAt(snapshot, index)
  if ('error' in answer) throw new Unresolved(`answer ${index} of the snapshot is ${answer.error}`)
  return answer.output
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 90)
