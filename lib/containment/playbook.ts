import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { ContentError } from '../errors.ts'
import { CREATED_TYPES, PLANNED_TYPES, type PlannedType } from './actions/builders.ts'
import { CONDITION_NAMES, type Condition } from './conditions.ts'
import type { Whom } from './draft.ts'

/** One action a playbook proposes. The plan decides whether the event supports it, and the guard whether it may be. */
export interface ProposedAction {
  readonly type: PlannedType
  readonly of: Whom
  /** All must hold; none is always. */
  readonly when: readonly Condition[]
}

/** The answer to a kind of finding: what a plan proposes, and what people do by hand. */
export interface Playbook {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly whenToUse: string
  readonly actions: readonly ProposedAction[]
  /** Steps for people, in order. */
  readonly manual: readonly string[]
}

/** A playbook is a page; anything longer is no playbook. */
const MAX_CHARACTERS = 100_000

/**
 * Reads a playbook. Throws `ContentError` with file and line on anything it does not know: unknown names, unknown action
 * types, unknown conditions. `file` is only for messages, except that its stem must be the playbook's name.
 */
export const parsePlaybook = (source: string, file: string): Playbook => {
  const lines = new LineCounter()
  if (source.length > MAX_CHARACTERS)
    throw new ContentError(file, `expected a playbook, found ${source.length} characters`)
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true, strict: true })
  const read: Reader = {
    fail: (node, message) => {
      const line = lineOf(node, lines)
      throw new ContentError(file, message, line === undefined ? {} : { line })
    },
  }
  const error = document.errors[0] ?? document.warnings[0]
  if (error) {
    const line = error.linePos?.[0].line
    throw new ContentError(file, error.message.split('\n')[0]!, {
      cause: error,
      ...(line !== undefined && { line }),
    })
  }
  return playbookOf(document.contents, file, read)
}

interface Reader {
  readonly fail: (node: unknown, message: string) => never
}

const lineOf = (node: unknown, lines: LineCounter): number | undefined => {
  const start = (node as Partial<Node> | null | undefined)?.range?.[0]
  return start === undefined ? undefined : lines.linePos(start).line
}

const NAMES = ['name', 'title', 'description', 'whenToUse', 'actions', 'manual']

const playbookOf = (node: unknown, file: string, read: Reader): Playbook => {
  const map = mapOf(node, 'a playbook', NAMES, read)
  const name = textOf(map, 'name', read)
  const stem = file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '')
  if (name !== stem)
    read.fail(map.get('name', true), `name: expected ${stem}, the file's name, found ${JSON.stringify(name)}`)
  const actions = listOf(map, 'actions', read).map((item) => actionOf(item, read))
  const manual = listOf(map, 'manual', read).map((item) => stringOf(item, 'manual', read))
  if (actions.length + manual.length === 0) read.fail(map, 'expected actions or manual steps, found neither')
  return {
    name,
    title: textOf(map, 'title', read),
    description: textOf(map, 'description', read),
    whenToUse: textOf(map, 'whenToUse', read),
    actions,
    manual,
  }
}

const actionOf = (node: unknown, read: Reader): ProposedAction => {
  const map = mapOf(node, 'an action', ['type', 'of', 'when'], read)
  const type = oneOf(map.get('type', true), 'type', PLANNED_TYPES, read)
  const of = map.has('of') ? oneOf(map.get('of', true), 'of', ['actor', 'created'] as const, read) : 'actor'
  if (of === 'created' && !CREATED_TYPES.has(type)) {
    read.fail(
      map.get('of', true),
      `of: created: expected with ${[...CREATED_TYPES].join(' or ')}, found with ${type}`,
    )
  }
  return { type, of, when: conditionsOf(map.get('when', true), read) }
}

const conditionsOf = (node: unknown, read: Reader): readonly Condition[] => {
  if (node === undefined) return []
  const items = isSeq(node) ? node.items : [node]
  return items.map((item) => oneOf(item, 'when', CONDITION_NAMES, read))
}

const mapOf = (node: unknown, what: string, names: readonly string[], read: Reader): YAMLMap => {
  if (!isMap(node)) return read.fail(node, `expected ${what} with ${names.join(', ')}, found something else`)
  for (const { key } of node.items as Pair[]) {
    const name = isScalar(key) ? String(key.value) : 'a key that is no name'
    if (!names.includes(name))
      read.fail(key, `unknown name ${JSON.stringify(name)}: expected ${names.join(', ')}`)
  }
  return node as YAMLMap
}

const listOf = (map: YAMLMap, name: string, read: Reader): readonly unknown[] => {
  if (!map.has(name)) return []
  const node = map.get(name, true) as unknown
  return isSeq(node) ? node.items : read.fail(node, `${name}: expected a list`)
}

const textOf = (map: YAMLMap, name: string, read: Reader): string =>
  map.has(name)
    ? stringOf(map.get(name, true), name, read)
    : read.fail(map, `${name}: expected a text, found nothing`)

const stringOf = (node: unknown, name: string, read: Reader): string => {
  const value = isScalar(node) ? node.value : undefined
  if (typeof value === 'string' && value.trim() !== '') return value.trim()
  return read.fail(
    node,
    `${name}: expected a text, found ${isScalar(node) ? JSON.stringify(value) : 'something else'}`,
  )
}

const oneOf = <T extends string>(node: unknown, name: string, known: readonly T[], read: Reader): T => {
  const value = isScalar(node) ? node.value : undefined
  const match = known.find((one) => one === value)
  return (
    match ??
    read.fail(
      node,
      `${name}: expected one of ${known.join(', ')}, found ${JSON.stringify(value) ?? 'nothing'}`,
    )
  )
}
