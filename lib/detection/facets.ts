import type { CloudTrailEvent } from '../trail/event.ts'
import { type FieldTest, type Known, knownField } from './sigma/node.ts'
import { parsePath, readerOf } from './sigma/path.ts'

/**
 * A field whose few texts come again and again. Texts that no test of the rules tells apart are of one class: what is
 * worked out for one of them holds for all.
 */
export interface Facet {
  readonly field: string
  /** Class of the event's text, or -1 when it has none: the field holds something else, or its texts never come again. */
  classIn(event: CloudTrailEvent): number
  /** An event of this class, as far as this field goes. */
  known(number: number): Known
}

/** Fields worth asking before any rule, in the order in which they are asked: those that rule out most rules first. */
export const FACET_FIELDS: readonly string[] = [
  'errorCode',
  'userIdentity.type',
  'eventCategory',
  'userAgent',
  'userIdentity.invokedBy',
]

/** Bounds of what is remembered, since logs may be hostile: texts of a field, their length, their classes. */
const MAX_TEXTS = 2000
const MAX_CHARS = 512
const MAX_CLASSES = 200
/** A full memory that was asked fewer times a text than this is of no use: for a while the field is not looked at. */
const WORTH = 4
const REST = 50_000

/** Facets of those fields that the tests ask for. */
export const makeFacets = (fields: readonly string[], tests: readonly FieldTest[]): readonly Facet[] =>
  fields.flatMap((field) => {
    const own = tests.filter((test) => test.field === field)
    return own.length > 0 ? [makeFacet(field, own)] : []
  })

const makeFacet = (field: string, tests: readonly FieldTest[]): Facet => {
  const path = parsePath(field)
  const read = readerOf(path)
  const classes = makeClasses((text) => knownField(path, text), tests)
  const texts = new Map<string, number>()
  const absent = classes.of(undefined)
  let last: string | undefined
  let lastClass = -1
  let asked = 0
  let resting = 0
  const learn = (text: string): number => {
    if (texts.size >= MAX_TEXTS) {
      if (asked < MAX_TEXTS * WORTH) resting = REST
      texts.clear()
      asked = 0
    }
    const number = classes.of(text)
    texts.set(text, number)
    return number
  }
  const classOf = (text: string): number => {
    if (text.length > MAX_CHARS) return -1
    if (resting > 0) {
      resting--
      return -1
    }
    asked++
    if (text === last) return lastClass
    lastClass = texts.get(text) ?? learn(text)
    last = text
    return lastClass
  }
  return {
    field,
    known: classes.known,
    classIn: (event) => {
      const value = read(event, NO_SUBJECT)
      if (value === undefined) return absent
      return typeof value === 'string' ? classOf(value) : -1
    },
  }
}

const NO_SUBJECT = { derived: () => undefined }

/** Numbers the classes as they are met. There are no more than `MAX_CLASSES`: texts of others have none. */
const makeClasses = (knownOf: (text: string | undefined) => Known, tests: readonly FieldTest[]) => {
  const numbers = new Map<string, number>()
  const members: Known[] = []
  return {
    of: (text: string | undefined): number => {
      const known = knownOf(text)
      const answers = tests.map((test) => (test.probe(known) ? '1' : '0')).join('')
      const number = numbers.get(answers)
      if (number !== undefined) return number
      if (members.length >= MAX_CLASSES) return -1
      numbers.set(answers, members.length)
      members.push(known)
      return members.length - 1
    },
    known: (number: number): Known => members[number]!,
  }
}
