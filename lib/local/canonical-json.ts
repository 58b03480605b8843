import { messageOf } from '../errors.ts'

/**
 * JSON text as Trino's json type holds it: no blanks, the keys of objects sorted, numbers as written. Throws on
 * malformed text.
 */
export const canonicalJson = (text: string): string => {
  try {
    return JSON.stringify(sorted(JSON.parse(text, keepNumber as (key: string, value: unknown) => unknown)))
  } catch (error) {
    throw new Error(`cannot read ${JSON.stringify(text.slice(0, 60))} as JSON: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

interface RawJson {
  rawJSON(text: string): unknown
  isRawJSON(value: unknown): boolean
}

/** JSON.rawJSON keeps the digits of numbers that a double would round. Not yet in TypeScript's library. */
const raw = JSON as unknown as RawJson

const keepNumber = (_key: string, value: unknown, context: { readonly source?: string }): unknown =>
  typeof value === 'number' && context.source !== undefined ? raw.rawJSON(context.source) : value

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || raw.isRawJSON(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])]))
}
