import type { Checker } from './checker.ts'
import { eventTimeText } from './event-json.ts'
import type { Typed } from './typed.ts'

/**
 * A column where a text is wanted. Tables of Athena's documentation keep parameters and booleans as text, and queries
 * written for them search that text: a stored map is its JSON text, readOnly is `true` or `false`, eventTime is in
 * CloudTrail's form. Anything else is given back as it is.
 */
export const columnText = (checker: Checker, value: Typed): Typed => {
  if (value.type === 'jsontext') {
    checker.warn(
      'a map such as requestParameters is read here as its JSON text, without blanks between values',
    )
    return { op: 'cast', at: value.at, type: 'varchar', base: value, tolerant: false }
  }
  if (value.op === 'column' && value.type === 'boolean')
    return { op: 'cast', at: value.at, type: 'varchar', base: value, tolerant: false }
  return eventTimeText(checker, value)
}

/** A map beside the text 'null': tables that keep it as text hold that word where the event has none. */
export const nullText = (checker: Checker, left: Typed, right: Typed): Typed | undefined => {
  const [map, text] = left.type === 'jsontext' ? [left, right] : [right, left]
  if (map.type !== 'jsontext' || text.op !== 'literal' || text.value !== 'null') return undefined
  checker.warn(
    "a map that an event does not have is NULL here, not the text 'null': the test is read as IS NULL",
  )
  return map
}
