/** What a condition says, as a tree. A `some` node holds the selections it was resolved to. */
export type Condition =
  | { readonly type: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly type: 'not'; readonly part: Condition }
  | { readonly type: 'selection'; readonly name: string }
  | { readonly type: 'some'; readonly atLeast: number; readonly names: readonly string[] }

/** Deeper nesting than any rule needs, and shallow enough for the call stack. */
const MAX_DEPTH = 100

/**
 * Parses a Sigma condition over the given selection names. `x of` binds tightest, then `not`, `and`, `or`.
 * Throws `Error` with what was expected and found.
 */
export const parseCondition = (source: string, names: readonly string[]): Condition => {
  if (source.includes('|')) {
    throw new Error('condition: an aggregation after | must be the only condition of its rule')
  }
  const reader = readerOf(source.match(/[()]|[^\s()]+/g) ?? [], names)
  const condition = readOr(reader, 0)
  const rest = reader.peek()
  if (rest !== undefined)
    throw new Error(`condition: expected and, or or the end, found ${JSON.stringify(rest)}`)
  return condition
}

interface Reader {
  readonly names: readonly string[]
  peek(ahead?: number): string | undefined
  next(): string | undefined
  accept(word: string): boolean
}

const readerOf = (tokens: readonly string[], names: readonly string[]): Reader => {
  let position = 0
  return {
    names,
    peek: (ahead = 0) => tokens[position + ahead],
    next: () => tokens[position++],
    accept: (word) => {
      if (tokens[position]?.toLowerCase() !== word) return false
      position++
      return true
    },
  }
}

const readOr = (reader: Reader, depth: number): Condition => {
  if (depth > MAX_DEPTH) throw new Error(`condition: nested more than ${MAX_DEPTH} deep`)
  const parts = [readAnd(reader, depth)]
  while (reader.accept('or')) parts.push(readAnd(reader, depth))
  return parts.length === 1 ? parts[0]! : { type: 'or', parts }
}

const readAnd = (reader: Reader, depth: number): Condition => {
  const parts = [readNot(reader, depth)]
  while (reader.accept('and')) parts.push(readNot(reader, depth))
  return parts.length === 1 ? parts[0]! : { type: 'and', parts }
}

const readNot = (reader: Reader, depth: number): Condition => {
  let negated = false
  while (reader.accept('not')) negated = !negated
  const part = readPrimary(reader, depth)
  return negated ? { type: 'not', part } : part
}

const readPrimary = (reader: Reader, depth: number): Condition => {
  if (reader.accept('(')) {
    const inner = readOr(reader, depth + 1)
    if (!reader.accept(')')) throw new Error(`condition: expected ), found ${found(reader.peek())}`)
    return inner
  }
  if (reader.peek(1)?.toLowerCase() === 'of') return readSome(reader)
  const name = reader.next()
  if (name !== undefined && reader.names.includes(name)) return { type: 'selection', name }
  throw new Error(`condition: expected one of ${reader.names.join(', ')}, found ${found(name)}`)
}

const readSome = (reader: Reader): Condition => {
  const quantity = reader.next()!.toLowerCase()
  reader.next()
  const pattern = reader.next()
  const names = selectionsNamed(pattern, reader.names)
  if (names.length === 0) throw new Error(`condition: no selection is named ${found(pattern)}`)
  if (quantity === 'all') return { type: 'some', atLeast: names.length, names }
  const atLeast = quantity === 'any' ? 1 : Number(quantity)
  if (Number.isInteger(atLeast) && atLeast >= 1) return { type: 'some', atLeast, names }
  throw new Error(`condition: expected 1, all or a number before of, found ${found(quantity)}`)
}

/** `them` leaves out names that start with an underscore. */
const selectionsNamed = (pattern: string | undefined, names: readonly string[]): readonly string[] => {
  if (pattern === undefined) return []
  if (pattern.toLowerCase() === 'them') return names.filter((name) => !name.startsWith('_'))
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const whole = new RegExp(`^${parts.join('.*')}$`)
  return names.filter((name) => whole.test(name))
}

const found = (token: string | undefined): string => (token === undefined ? 'the end' : JSON.stringify(token))
