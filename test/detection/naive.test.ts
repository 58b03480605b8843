import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'

type Value = string | number | boolean | null
type Field = readonly [
  name: string,
  modifier: '' | 'contains' | 'startswith' | 'endswith',
  values: readonly Value[],
]
type Selection = readonly Field[]
type Tree =
  | number
  | { readonly op: 'and' | 'or'; readonly parts: readonly Tree[] }
  | { readonly op: 'not'; readonly part: Tree }

/** The meaning, written the plainest way: flat events, no wildcards, no lists. */
const holds = ([name, modifier, values]: Field, event: Record<string, unknown>): boolean =>
  values.some((wanted) => {
    const found = event[name]
    if (wanted === null) return found === undefined || found === null
    if (found === undefined || found === null) return false
    const left = `${found}`.toLowerCase()
    const right = `${wanted}`.toLowerCase()
    if (modifier === 'contains') return left.indexOf(right) >= 0
    if (modifier === 'startswith') return left.slice(0, right.length) === right
    if (modifier === 'endswith') return right === '' || left.slice(-right.length) === right
    return left === right
  })

const evaluate = (tree: Tree, selections: readonly Selection[], event: Record<string, unknown>): boolean => {
  if (typeof tree === 'number') return selections[tree]!.every((field) => holds(field, event))
  if (tree.op === 'not') return !evaluate(tree.part, selections, event)
  const parts = tree.parts.map((part) => evaluate(part, selections, event))
  return tree.op === 'and' ? !parts.includes(false) : parts.includes(true)
}

const written = (tree: Tree): string => {
  if (typeof tree === 'number') return `s${tree}`
  if (tree.op === 'not') return `not (${written(tree.part)})`
  return `(${tree.parts.map(written).join(` ${tree.op} `)})`
}

const NAMES = ['eventName', 'eventSource', 'userAgent', 'x']
const word = fc.constantFrom('Stop', 'stopLOGGING', 'log', 'a', '', 'true', '22', 'GetObject')
const value: fc.Arbitrary<Value> = fc.oneof(word, fc.constantFrom<Value>(22, true, false, null))
const field: fc.Arbitrary<Field> = fc.tuple(
  fc.constantFrom(...NAMES),
  fc.constantFrom('' as const, 'contains' as const, 'startswith' as const, 'endswith' as const),
  fc.array(value, { minLength: 1, maxLength: 3 }),
)
const selection = fc.uniqueArray(field, {
  minLength: 1,
  maxLength: 3,
  selector: ([name, modifier]) => `${name}|${modifier}`,
})
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.nat(2),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), part: tie('tree') }),
  ),
})).tree
const event = fc.record(
  { eventName: word, eventSource: word, userAgent: fc.oneof(word, fc.constant(null)), x: value },
  { requiredKeys: [] },
)

describe('against the plainest evaluator', () => {
  it('rules of simple selections and any condition match the same events', () => {
    fc.assert(
      fc.property(
        fc.tuple(selection, selection, selection),
        tree,
        fc.array(event, { minLength: 1, maxLength: 8 }),
        (selections, condition, events) => {
          const detection: Record<string, unknown> = { condition: written(condition) }
          selections.forEach((fields, i) => {
            detection[`s${i}`] = Object.fromEntries(
              fields.map(([name, modifier, values]) => [modifier ? `${name}|${modifier}` : name, values]),
            )
          })
          const text = JSON.stringify({ title: 't', logsource: { product: 'aws' }, detection })
          const { rules, rejected } = loadRules([{ path: 't.yml', text }])
          expect(rejected).toEqual([])
          const detector = makeDetector(rules)
          for (const one of events) {
            const found =
              detector.detect({ event: { eventID: 'e', ...one } as never, key: 'k', index: 0 }).length > 0
            expect(found).toBe(evaluate(condition, selections, one))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
