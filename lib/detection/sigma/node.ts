import type { Subject } from './path.ts'

/**
 * One compiled test. `test` answers for an event (or, inside a `field[any]` block, for one member of a list). `probe`
 * answers from eventSource and eventName alone: true, false, or undefined when the rest of the event decides. That is
 * what the rule index is made from.
 */
export interface Node {
  test(root: unknown, subject: Subject): boolean
  probe(call: Call): boolean | undefined
  /** The same test for events of this call alone, without what their names answer already. */
  given?(call: Call): Node
  /** What must hold together, where that is all it says. */
  readonly parts?: readonly Node[]
}

export interface Call {
  readonly eventSource: string
  readonly eventName: string
}

const ALWAYS: Node = { test: () => true, probe: () => true }
const NEVER: Node = { test: () => false, probe: () => false }

/** What is left of a test for events of one call. */
export const givenCall = (node: Node, call: Call): Node => {
  const answer = node.probe(call)
  if (answer === undefined) return node.given?.(call) ?? node
  return answer ? ALWAYS : NEVER
}

/** Sigma's `and`; true for no parts. */
export const allOf = (given: readonly Node[]): Node => {
  const parts = given.flatMap((part) => part.parts ?? part)
  if (parts.length === 1) return parts[0]!
  return {
    parts,
    test: every(parts.map(({ test }) => test)),
    probe: (call) => {
      const answers = parts.map((part) => part.probe(call))
      if (answers.includes(false)) return false
      return answers.includes(undefined) ? undefined : true
    },
    given: (call) => allOf(parts.map((part) => givenCall(part, call)).filter((part) => part !== ALWAYS)),
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
    test: (root, subject) => {
      for (const part of parts) if (part.test(root, subject)) return true
      return false
    },
    probe: (call) => {
      const answers = parts.map((part) => part.probe(call))
      if (answers.includes(true)) return true
      return answers.includes(undefined) ? undefined : false
    },
    given: (call) => anyOf(parts.map((part) => givenCall(part, call)).filter((part) => part !== NEVER)),
  }
}

export const notOf = (part: Node): Node => ({
  test: (root, subject) => !part.test(root, subject),
  probe: (call) => {
    const answer = part.probe(call)
    return answer === undefined ? undefined : !answer
  },
  given: (call) => notOf(givenCall(part, call)),
})

/** `n of` several selections. */
export const atLeastOf = (count: number, parts: readonly Node[]): Node => {
  if (count === 1) return anyOf(parts)
  if (count === parts.length) return allOf(parts)
  return {
    test: (root, subject) => parts.filter((part) => part.test(root, subject)).length >= count,
    probe: (call) => {
      const answers = parts.map((part) => part.probe(call))
      if (answers.filter((answer) => answer !== false).length < count) return false
      return answers.filter((answer) => answer === true).length >= count ? true : undefined
    },
  }
}

/** A test that only the whole event can answer. */
export const eventNode = (test: Node['test']): Node => ({ test, probe: () => undefined })
