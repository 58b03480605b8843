import { shapeOf } from '../../trail/log-file.ts'
import { encodings, isEncoding } from './encode.ts'
import { eventNode, fieldTestNode, type Node, notOf } from './node.ts'
import { operatorTest, VALUE_OPERATORS } from './operators.ts'
import {
  existsAt,
  isNullAt,
  type Path,
  parsePath,
  readerOf,
  type Subject,
  someAt,
  someLeaf,
  UNCLEAR,
} from './path.ts'
import {
  ANY,
  endsLike,
  isAscii,
  literalOf,
  literalsTest,
  parsePattern,
  patternTest,
  quick,
  remembering,
  type TextTest,
  type Token,
  withDashes,
} from './pattern.ts'

/** Values of `%name%` placeholders for the `expand` modifier. */
export type Placeholders = ReadonlyMap<string, readonly string[]>

const POSITIONS = ['contains', 'startswith', 'endswith']
const OPERATORS = [...VALUE_OPERATORS, 'fieldref', 'exists']
const SWITCHES = [
  'all',
  'cased',
  'neq',
  'expand',
  'windash',
  'i',
  'm',
  's',
  'ignorecase',
  'multiline',
  'dotall',
]

/** A wanted value: a test of its text, or null. */
interface Wanted {
  readonly tests: readonly TextTest[]
  readonly orNull: boolean
  /** Could the JSON text of an object or list match? Only then is it made. */
  readonly asJson: boolean
}

/**
 * Compiles one `field|modifier|...: value` line; without a path the values are keywords, looked for in every leaf.
 * Throws `Error` naming a modifier or value that cannot be used.
 */
export const fieldNode = (
  path: Path | undefined,
  modifiers: readonly string[],
  value: unknown,
  placeholders: Placeholders,
): Node => {
  for (const name of modifiers) {
    const known = [...POSITIONS, ...OPERATORS, ...SWITCHES].includes(name) || isEncoding(name)
    if (!known) throw new Error(`unknown modifier |${name}`)
  }
  const operators = modifiers.filter((name) => OPERATORS.includes(name))
  if (operators.length > 1) throw new Error(`modifiers ${operators.join(' and ')} exclude each other`)
  const node = plainNode(path, operators[0], modifiers, value, placeholders)
  return modifiers.includes('neq') ? notOf(node) : node
}

const plainNode = (
  path: Path | undefined,
  operator: string | undefined,
  modifiers: readonly string[],
  value: unknown,
  placeholders: Placeholders,
): Node => {
  const values = expanded(listOf(value), modifiers, placeholders)
  if (!path) return keywordNode(wantedOf(operator, modifiers, values), modifiers.includes('all'))
  if (operator === 'exists') return existsNode(path, values)
  if (operator === 'fieldref') return fieldrefNode(path, modifiers, values)
  const wanted = wantedOf(operator, modifiers, values)
  const tests = REPEATING.has(path.name) ? wanted.tests.map(remembering) : wanted.tests
  return valueNode(path, { ...wanted, tests }, modifiers.includes('all'))
}

/** Fields whose texts come again and again: the answer for a text is remembered. */
const REPEATING: ReadonlySet<string> = new Set([
  'userAgent',
  'sourceIPAddress',
  'errorCode',
  'eventCategory',
  'eventType',
  'userIdentity.type',
  'userIdentity.arn',
  'userIdentity.sessionContext.sessionIssuer.arn',
])

const listOf = (value: unknown): readonly unknown[] => {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new Error('expected a value, found an empty list')
  const bad = list.find((entry) => typeof entry === 'object' && entry !== null)
  if (bad !== undefined) throw new Error(`expected text, number, boolean or null, found ${shapeOf(bad)}`)
  return list.map((entry) => (entry === undefined ? null : entry))
}

/** Any leaf at the path (a field of lists and objects has many) must satisfy any test, or with `all` each of them. */
const valueNode = (path: Path, wanted: Wanted, all: boolean): Node => {
  const { tests, orNull, asJson } = wanted
  const read = readerOf(path)
  const visits = tests.map((test) => (value: unknown) => someLeaf(value, test, asJson))
  const anywhere = (root: unknown, subject: Subject): boolean => {
    if (all) {
      if (orNull && !isNullAt(root, subject, path)) return false
      return visits.every((visit) => someAt(root, subject, path, visit))
    }
    for (const visit of visits) if (someAt(root, subject, path, visit)) return true
    return orNull && isNullAt(root, subject, path)
  }
  const [only] = tests
  const single = only !== undefined && tests.length === 1 && !(all && orNull)
  const yes = single && only('true')
  const no = single && only('false')
  return fieldTestNode(path.name, (root, subject) => {
    const value = read(root, subject)
    if (single) {
      if (typeof value === 'string') return only(value)
      if (typeof value === 'boolean') return value ? yes : no
    }
    if (value === undefined && !all) return orNull
    return anywhere(root, subject)
  })
}

const keywordNode = ({ tests }: Wanted, all: boolean): Node =>
  eventNode((root) => {
    const seen = (test: TextTest) => someLeaf(root, test, false)
    return all ? tests.every(seen) : tests.some(seen)
  })

const existsNode = (path: Path, values: readonly unknown[]): Node => {
  const wanted = String(values[0]).toLowerCase()
  if (values.length !== 1 || (wanted !== 'true' && wanted !== 'false')) {
    throw new Error(`exists: expected true or false, found ${JSON.stringify(values)}`)
  }
  const read = readerOf(path)
  const present = fieldTestNode(path.name, (root, subject) => {
    const value = read(root, subject)
    return value === UNCLEAR ? existsAt(root, subject, path) : value !== undefined
  })
  return wanted === 'true' ? present : notOf(present)
}

/** Compares with other fields of the same event. A field that is not there equals nothing. */
const fieldrefNode = (path: Path, modifiers: readonly string[], values: readonly unknown[]): Node => {
  const others = values.map((value) => parsePath(String(value)))
  const fold = modifiers.includes('cased') ? (text: string) => text : (text: string) => text.toLowerCase()
  const compare = comparisonFor(modifiers)
  const sameAs = (root: unknown, subject: Subject, other: Path): boolean =>
    someAt(root, subject, path, (mine) =>
      someLeaf(
        mine,
        (left) =>
          someAt(root, subject, other, (theirs) =>
            someLeaf(theirs, (right) => compare(fold(left), fold(right)), false),
          ),
        false,
      ),
    )
  const all = modifiers.includes('all')
  return eventNode((root, subject) => {
    const same = (other: Path) => sameAs(root, subject, other)
    return all ? others.every(same) : others.some(same)
  })
}

const comparisonFor = (modifiers: readonly string[]): ((left: string, right: string) => boolean) => {
  if (modifiers.includes('contains')) return (left, right) => left.includes(right)
  if (modifiers.includes('startswith')) return (left, right) => left.startsWith(right)
  if (modifiers.includes('endswith')) return (left, right) => left.endsWith(right)
  return (left, right) => left === right
}

const wantedOf = (
  operator: string | undefined,
  modifiers: readonly string[],
  values: readonly unknown[],
): Wanted => {
  const texts = values.filter((value) => value !== null).map(String)
  const orNull = texts.length < values.length
  if (operator === undefined) return { ...patternsWanted(modifiers, texts), orNull }
  const tests = texts.map((text) => operatorTest(operator, modifiers, text))
  return { tests, orNull, asJson: operator === 're' }
}

const patternsWanted = (
  modifiers: readonly string[],
  texts: readonly string[],
): Pick<Wanted, 'tests' | 'asJson'> => {
  const cased = modifiers.includes('cased')
  const patterns = texts.flatMap((text) => patternsOf(text, modifiers))
  const asJson = patterns.some((tokens) => !/^[^{[]/.test(literalOf(tokens) ?? ''))
  if (modifiers.includes('all'))
    return { tests: patterns.map((tokens) => anyPattern([tokens], cased)), asJson }
  return { tests: patterns.length > 0 ? [anyPattern(patterns, cased)] : [], asJson }
}

const patternsOf = (text: string, modifiers: readonly string[]): readonly (readonly Token[])[] => {
  const read = parsePattern(text)
  const dashed = modifiers.includes('windash') ? withDashes(read) : read
  const any: readonly Token[] = [ANY]
  const open = (...positions: readonly string[]) => positions.some((name) => modifiers.includes(name))
  return encodings(dashed, modifiers).map((tokens): readonly Token[] => [
    ...(open('contains', 'endswith') && tokens[0] !== ANY ? any : []),
    ...tokens,
    ...(open('contains', 'startswith') && tokens.at(-1) !== ANY ? any : []),
  ])
}

/** One test for many patterns: literals by look-up, the rest one after the other, lower case made once. */
const anyPattern = (patterns: readonly (readonly Token[])[], cased: boolean): TextTest => {
  const literals: string[] = []
  const globs: TextTest[] = []
  for (const tokens of patterns) {
    const literal = literalOf(tokens)
    if (literal === undefined) globs.push(patternTest(tokens, cased))
    else literals.push(literal)
  }
  if (globs.length === 0) return literalsTest(literals, cased)
  const ending = patterns.length === 1 && !cased && endingOf(patterns[0]!)
  if (ending) return quick(endsLike(ending))
  const wanted = new Set(cased ? literals : literals.map((literal) => literal.toLowerCase()))
  return few(wanted.size + globs.length, (value) => {
    const folded = cased ? value : value.toLowerCase()
    if (wanted.has(folded)) return true
    for (const glob of globs) if (glob(folded)) return true
    return false
  })
}

/** The text of a pattern that says only how a text ends, when lower case changes no length of it. */
const endingOf = ([first, second, ...rest]: readonly Token[]): string | undefined =>
  first === ANY && typeof second === 'string' && rest.length === 0 && isAscii(second) ? second : undefined

/** A test of two or three texts is made sooner than remembered. */
const few = (texts: number, test: TextTest): TextTest => (texts <= 3 ? quick(test) : test)

/** Puts the values of `%name%` into the texts, every combination. Unknown names make the rule unusable. */
const expanded = (
  values: readonly unknown[],
  modifiers: readonly string[],
  placeholders: Placeholders,
): readonly unknown[] => {
  if (!modifiers.includes('expand')) return values
  return values.flatMap((value): readonly unknown[] =>
    typeof value === 'string' ? expandText(value, placeholders) : [value],
  )
}

const expandText = (source: string, placeholders: Placeholders): readonly string[] => {
  const name = /%([A-Za-z0-9_.-]+)%/.exec(source)
  if (!name) return [source]
  const values = placeholders.get(name[1]!)
  if (!values) throw new Error(`expand: no values are given for the placeholder %${name[1]}%`)
  const before = source.slice(0, name.index)
  const after = expandText(source.slice(name.index + name[0].length), placeholders)
  return values.flatMap((value) => after.map((rest) => `${before}${value}${rest}`))
}
