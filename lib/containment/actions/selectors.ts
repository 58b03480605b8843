import type { Json } from '../../action.ts'
import { at, isObject } from '../../trail/event.ts'
import { canonicalJson, isJson } from '../canonical.ts'
import type { TrailSnapshot } from '../own-snapshots.ts'

/** API input from a snapshot; `undefined` when it holds nothing to put back. The API takes one kind or the other. */
export const selectorsFrom = (snapshot: TrailSnapshot | undefined) => {
  const usable = (list: unknown): list is readonly Json[] =>
    Array.isArray(list) && list.length > 0 && isJson(list)
  if (usable(snapshot?.advancedEventSelectors))
    return { AdvancedEventSelectors: snapshot.advancedEventSelectors }
  return usable(snapshot?.eventSelectors) ? { EventSelectors: snapshot.eventSelectors } : undefined
}

/**
 * Does what the request of PutEventSelectors asks for record everything that the snapshot did? Then nothing was weakened. In doubt it says
 * no: advanced selectors count only when each that was there is still there, letter by letter.
 */
export const covers = (request: unknown, snapshot: TrailSnapshot): boolean => {
  const asked = (list: string) => {
    const value = at(request, list)
    return Array.isArray(value) ? value.map(apiNames) : []
  }
  const advanced = (snapshot.advancedEventSelectors ?? []).map(unnamed)
  if (advanced.length > 0) {
    const now = new Set(asked('advancedEventSelectors').map((one) => unnamed(one as Json)))
    return advanced.every((one) => now.has(one))
  }
  const now = asked('eventSelectors')
  return (snapshot.eventSelectors ?? []).every((was) => now.some((one) => coversOne(one, was)))
}

/** Field selectors alone: the name of a selector changes nothing. */
const unnamed = (selector: Json): string => canonicalJson(at(selector, 'FieldSelectors') ?? null)

const coversOne = (now: unknown, was: unknown): boolean => {
  if (!isObject(now)) return false
  const kinds = at(now, 'ReadWriteType') ?? 'All'
  if (kinds !== 'All' && kinds !== at(was, 'ReadWriteType')) return false
  const managed = (one: unknown) => at(one, 'IncludeManagementEvents') !== false
  if (managed(was) && !managed(now)) return false
  const left = listOf(was, 'ExcludeManagementEventSources')
  if (!listOf(now, 'ExcludeManagementEventSources').every((source) => left.includes(source))) return false
  return listOf(was, 'DataResources').every((resource) => hasResource(now, resource))
}

/** Each ARN prefix that was recorded must still begin with one that is. */
const hasResource = (now: unknown, resource: unknown): boolean =>
  listOf(resource, 'Values').every((value) =>
    listOf(now, 'DataResources').some(
      (one) =>
        at(one, 'Type') === at(resource, 'Type') &&
        listOf(one, 'Values').some((prefix) => String(value).startsWith(String(prefix))),
    ),
  )

const listOf = (value: unknown, name: string): readonly unknown[] => {
  const list = at(value, name)
  return Array.isArray(list) ? list : []
}

/** `readWriteType`, as an event spells it, to `ReadWriteType`, as the API does. */
const apiNames = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(apiNames)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      apiNames(part),
    ]),
  )
}
