import type { Path, Subject } from './path.ts'

/**
 * One compiled test. `test` answers for an event (or, inside a `field[any]` block, for one member of a list). `probe`
 * answers from what is known of an event beforehand: true, false, or undefined when the rest of the event decides. That
 * is what the rule index is made from.
 */
export interface Node {
  test(root: unknown, subject: Subject): boolean
  probe(known: Known): boolean | undefined
  /** The same test for events of which this is known, without what that answers already. */
  given?(known: Known): Node
  /** What must hold together, where that is all it says. */
  readonly parts?: readonly Node[]
  /** The tests of one field each that it is made of, as far as `probe` can answer them. */
  readonly fields: readonly FieldTest[]
}

export interface FieldTest {
  readonly field: string
  readonly probe: Node['probe']
}

export interface Call {
  readonly eventSource: string
  readonly eventName: string
}

/** Fields whose text, or absence, is known, and an event that has them. */
export interface Known {
  readonly fields: ReadonlySet<string>
  readonly event: unknown
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['eventSource', 'eventName'])

export const knownCall = ({ eventSource, eventName }: Call): Known => ({
  fields: CALL_FIELDS,
  event: { eventSource, eventName },
})

/** What lies at one path is known: this text, or nothing. */
export const knownField = ({ name, segments }: Path, value: string | undefined): Known => ({
  fields: new Set([name]),
  event: value === undefined ? {} : segments.reduceRight<unknown>((below, key) => ({ [key]: below }), value),
})

const ALWAYS: Node = { test: () => true, probe: () => true, fields: [] }
const NEVER: Node = { test: () => false, probe: () => false, fields: [] }

/** What is left of a test for events of which this is known. */
export const givenKnown = (node: Node, known: Known): Node => {
  const answer = node.probe(known)
  if (answer === undefined) return node.given?.(known) ?? node
  return answer ? ALWAYS : NEVER
}

const fieldsOf = (parts: readonly Node[]): readonly FieldTest[] => parts.flatMap(({ fields }) => fields)

/** Sigma's `and`; true for no parts. */
export const allOf = (given: readonly Node[]): Node => {
  const parts = given.flatMap((part) => part.parts ?? part)
  if (parts.length === 1) return parts[0]!
  return {
    parts,
    fields: fieldsOf(parts),
    test: every(parts.map(({ test }) => test)),
    probe: (known) => {
      const answers = parts.map((part) => part.probe(known))
      if (answers.includes(false)) return false
      return answers.includes(undefined) ? undefined : true
    },
    given: (known) => allOf(parts.map((part) => givenKnown(part, known)).filter((part) => part !== ALWAYS)),
  }
}

/** One test after the other, until one says no. Every event comes by here: two and three are written out. */
const every = (tests: readonly Node['test'][]): Node['test'] => {
  const [first, second, third] = tests
  if (tests.length === 2) return (root, subject) => first!(root, subject) && second!(root, subject)
  if (tests.length === 3) {
    return (root, subject) => first!(root, subject) && second!(root, subject) && third!(root, subject)
  }
  return (root, subject) => {
    for (const test of tests) if (!test(root, subject)) return false
    return true
  }
}

/** Sigma's `or`; false for no parts. */
export const anyOf = (parts: readonly Node[]): Node => {
  if (parts.length === 1) return parts[0]!
  return {
    fields: fieldsOf(parts),
    test: (root, subject) => {
      for (const part of parts) if (part.test(root, subject)) return true
      return false
    },
    probe: (known) => {
      const answers = parts.map((part) => part.probe(known))
      if (answers.includes(true)) return true
      return answers.includes(undefined) ? undefined : false
    },
    given: (known) => anyOf(parts.map((part) => givenKnown(part, known)).filter((part) => part !== NEVER)),
  }
}

export const notOf = (part: Node): Node => ({
  fields: part.fields,
  test: (root, subject) => !part.test(root, subject),
  probe: (known) => {
    const answer = part.probe(known)
    return answer === undefined ? undefined : !answer
  },
  given: (known) => notOf(givenKnown(part, known)),
})

/** `n of` several selections. */
export const atLeastOf = (count: number, parts: readonly Node[]): Node => {
  if (count === 1) return anyOf(parts)
  if (count === parts.length) return allOf(parts)
  return {
    fields: fieldsOf(parts),
    test: (root, subject) => parts.filter((part) => part.test(root, subject)).length >= count,
    probe: (known) => {
      const answers = parts.map((part) => part.probe(known))
      if (answers.filter((answer) => answer !== false).length < count) return false
      return answers.filter((answer) => answer === true).length >= count ? true : undefined
    },
  }
}

/** A test that only the whole event can answer. */
export const eventNode = (test: Node['test']): Node => ({
  test,
  probe: () => undefined,
  fields: [],
})

/** A test of one field, which can be answered when that field is known. */
export const fieldTestNode = (field: string, test: Node['test']): Node => {
  const probe: Node['probe'] = ({ fields, event }) =>
    fields.has(field) ? test(event, NO_SUBJECT) : undefined
  return { test, probe, fields: [{ field, probe }] }
}

const NO_SUBJECT: Subject = { derived: () => undefined }
