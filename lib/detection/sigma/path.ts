/** A field name, read. `ct.*` names are derived fields, which the caller computes. */
export interface Path {
  readonly name: string
  readonly segments: readonly string[]
  /** What is left of the name from each segment on: a literal key with dots wins over nesting. */
  readonly rests: readonly string[]
  readonly derived: boolean
}

/** The event under test: derived fields are computed when first read. */
export interface Subject {
  derived(name: string): unknown
}

/** Lists directly inside lists are crossed this deep; CloudTrail writes none. */
const MAX_NESTED_LISTS = 64

/** Reads a dotted field name. */
export const parsePath = (name: string): Path => {
  const segments = name.split('.').map(asKey)
  return {
    name: asKey(name),
    segments,
    rests: segments.map((_, i) => asKey(segments.slice(i).join('.'))),
    derived: segments.length > 1 && segments[0] === 'ct',
  }
}

/** The same text as the engine keeps it for names of properties. It looks for any other text a tenth as fast. */
const asKey = (name: string): string => Object.keys({ [name]: true })[0]!

/** What a plain read cannot say: a list lies on the way, or a name that every object bears. Then `someAt` tells. */
export const UNCLEAR = Symbol('ask someAt')

/** Reads what lies at the path when no list lies on the way: nearly always. `undefined` when nothing is there. */
export type Reader = (root: unknown, subject: Subject) => unknown

/** The quick way to a value; answers the same as `someAt` would see, or `UNCLEAR`. */
export const readerOf = (path: Path): Reader => {
  const { name, segments } = path
  if (path.derived) return (_, subject) => subject.derived(name)
  if ([...segments, ...path.rests].some((key) => key in Object.prototype)) return () => UNCLEAR
  if (segments.length === 1) return (root) => (isRecord(root) ? root[name] : clarity(root))
  return (root) => readPlain(root, path)
}

const readPlain = (root: unknown, { segments, rests }: Path): unknown => {
  let here = root
  for (let depth = 0; depth < segments.length; depth++) {
    if (!isRecord(here)) return clarity(here)
    const literal = here[rests[depth]!]
    if (literal !== undefined) return literal
    here = here[segments[depth]!]
  }
  return here
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const clarity = (value: unknown): unknown => (Array.isArray(value) ? UNCLEAR : undefined)

/**
 * Does `test` hold for any value at the path? Crossing a list means any member. The test sees what lies there, objects
 * and lists included, and is not called when nothing does. Recursion is as deep as the path is long.
 */
export const someAt = (
  root: unknown,
  subject: Subject,
  path: Path,
  test: (value: unknown) => boolean,
): boolean => {
  if (path.derived) {
    const value = subject.derived(path.name)
    return value !== undefined && test(value)
  }
  return walk(root, path, 0, test, 0)
}

const walk = (
  value: unknown,
  path: Path,
  depth: number,
  test: (value: unknown) => boolean,
  lists: number,
): boolean => {
  if (depth === path.segments.length) return test(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) {
    if (lists > MAX_NESTED_LISTS) return false
    for (const member of value) if (walk(member, path, depth, test, lists + 1)) return true
    return false
  }
  const record = value as Record<string, unknown>
  const rest = path.rests[depth]!
  if (Object.hasOwn(record, rest)) return test(record[rest])
  const segment = path.segments[depth]!
  if (segment === rest || !Object.hasOwn(record, segment)) return false
  return walk(record[segment], path, depth + 1, test, 0)
}

/** Is anything there, even null? */
export const existsAt = (root: unknown, subject: Subject, path: Path): boolean =>
  someAt(root, subject, path, present)

const present = () => true

/** Nothing is there, or null is: CloudTrail leaves fields such as errorCode out when they say nothing. */
export const isNullAt = (root: unknown, subject: Subject, path: Path): boolean =>
  !existsAt(root, subject, path) || someAt(root, subject, path, holdsNull)

const holdsNull = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.includes(null))

/**
 * Does `test` hold for the string form of any leaf of `value`? With `asJson` the compact JSON text of an object or list
 * is tried too. Walks without recursion: an event may be nested thousands deep.
 */
export const someLeaf = (value: unknown, test: (text: string) => boolean, asJson: boolean): boolean => {
  if (typeof value === 'string') return test(value)
  if (typeof value === 'number' || typeof value === 'boolean') return test(String(value))
  if (typeof value !== 'object' || value === null) return false
  if (someLeafBelow(value, test)) return true
  if (!asJson) return false
  const json = jsonOf(value)
  return json !== undefined && test(json)
}

const someLeafBelow = (value: object, test: (text: string) => boolean): boolean => {
  const pending: object[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const member of Array.isArray(next) ? next : Object.values(next)) {
      if (typeof member === 'object' && member !== null) pending.push(member)
      else if (member !== null && member !== undefined && test(String(member))) return true
    }
  }
  return false
}

/** JSON text, or `undefined` when it is nested too deep for the engine; its leaves were tried one by one. */
const jsonOf = (value: object): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** The first text at the path, which `read` is the quick way to. */
export const textAt = (root: unknown, subject: Subject, path: Path, read: Reader): string | undefined => {
  const value = read(root, subject)
  return typeof value === 'string' ? value : textsAt(root, subject, path)[0]
}

/** String forms of all leaves at the path, each once. */
export const textsAt = (root: unknown, subject: Subject, path: Path): readonly string[] => {
  const texts = new Set<string>()
  someAt(root, subject, path, (value) =>
    someLeaf(
      value,
      (text) => {
        texts.add(text)
        return false
      },
      false,
    ),
  )
  return [...texts]
}
