import { ContentError, messageOf } from '../../errors.ts'
import { isObject } from '../../trail/event.ts'
import { shapeOf } from '../../trail/log-file.ts'
import { type Condition, parseCondition } from './condition.ts'
import type { SigmaEventRule, SigmaFilter } from './document.ts'
import { fieldNode, type Placeholders } from './modifiers.ts'
import { allOf, anyOf, atLeastOf, type Call, eventNode, knownCall, type Node, notOf } from './node.ts'
import { parsePath, type Subject, someAt } from './path.ts'

export interface CompileOptions {
  readonly placeholders: Placeholders
  /** Names the `ct.*` fields that exist. */
  readonly derivedFields: ReadonlySet<string>
  /** Filter documents that speak of this rule: all must hold besides. */
  readonly filters?: readonly SigmaFilter[]
}

/** A rule ready to run. The parts are kept for explanations and for other targets than this engine. */
export interface CompiledRule {
  matches(event: unknown, subject: Subject): boolean
  /** May an event of this call match? False is certain; true and undefined are not. */
  mayMatch(call: Call): boolean
  readonly conditions: readonly Condition[]
  readonly selections: ReadonlyMap<string, Node>
  /** Its own conditions, without filters. */
  readonly detection: Node
  /** The whole of it, filters included. */
  readonly root: Node
}

interface Context extends CompileOptions {
  readonly arrayBlocks: boolean
}

/** Compiles an event rule with the filters that speak of it. Throws `ContentError` naming file, line, selection and field. */
export const compileRule = (rule: SigmaEventRule, options: CompileOptions): CompiledRule => {
  const { conditions, selections, node } = compileDetection(rule, options)
  const filters = (options.filters ?? []).map((filter) => compileDetection(filter, options).node)
  const root = allOf([node, ...filters])
  const mayMatch = (call: Call) => root.probe(knownCall(call)) !== false
  return { matches: root.test, mayMatch, conditions, selections, detection: node, root }
}

const compileDetection = (rule: SigmaEventRule | SigmaFilter, options: CompileOptions) => {
  const context = { ...options, arrayBlocks: rule.arrayBlocks }
  try {
    const selections = new Map<string, Node>()
    for (const [name, selection] of rule.selections) {
      selections.set(
        name,
        within(name, () => selectionNode(selection, context)),
      )
    }
    const conditions = rule.conditions.map((source) => parseCondition(source, [...rule.selections.keys()]))
    return { conditions, selections, node: anyOf(conditions.map((one) => conditionNode(one, selections))) }
  } catch (error) {
    throw new ContentError(rule.file, messageOf(error), { cause: error, line: rule.detectionLine })
  }
}

const conditionNode = (condition: Condition, selections: ReadonlyMap<string, Node>): Node => {
  switch (condition.type) {
    case 'selection':
      return selections.get(condition.name)!
    case 'not':
      return notOf(conditionNode(condition.part, selections))
    case 'and':
      return allOf(condition.parts.map((part) => conditionNode(part, selections)))
    case 'or':
      return anyOf(condition.parts.map((part) => conditionNode(part, selections)))
    case 'some':
      return atLeastOf(
        condition.atLeast,
        condition.names.map((name) => selections.get(name)!),
      )
  }
}

/** A map means all of its lines; a list any of its maps or keywords. */
const selectionNode = (selection: unknown, context: Context): Node => {
  if (isObject(selection)) {
    const lines = Object.entries(selection)
    if (lines.length === 0) throw new Error('expected fields, found none')
    return allOf(lines.map(([key, value]) => within(key, () => lineNode(key, value, context))))
  }
  if (!Array.isArray(selection)) return fieldNode(undefined, [], selection, context.placeholders)
  if (selection.length === 0) throw new Error('expected fields or keywords, found an empty list')
  const maps = selection.filter(isObject)
  const words = selection.filter((entry) => !isObject(entry))
  const parts = maps.map((map) => selectionNode(map, context))
  if (words.length > 0) parts.push(fieldNode(undefined, [], words, context.placeholders))
  return anyOf(parts)
}

/** One line of a selection, as written, and its test; without a key the values are keywords. */
export interface LineTest {
  readonly key: string
  readonly value: unknown
  readonly test: Node['test']
}

/**
 * The lines of a selection one by one, for explanations: alternatives, of each of which all lines must hold. Throws `Error` where the
 * rule would not compile either.
 */
export const lineTestsOf = (
  selection: unknown,
  context: CompileOptions & { readonly arrayBlocks: boolean },
): readonly (readonly LineTest[])[] => {
  const keywords = (value: unknown): LineTest[] => [
    { key: '', value, test: fieldNode(undefined, [], value, context.placeholders).test },
  ]
  if (isObject(selection)) {
    const lines = Object.entries(selection)
    return [lines.map(([key, value]) => ({ key, value, test: lineNode(key, value, context).test }))]
  }
  if (!Array.isArray(selection)) return [keywords(selection)]
  const words = selection.filter((entry) => !isObject(entry))
  const maps = selection.filter(isObject).flatMap((map) => lineTestsOf(map, context))
  return words.length > 0 ? [...maps, keywords(words)] : maps
}

const lineNode = (key: string, value: unknown, context: Context): Node => {
  const [field = '', ...modifiers] = key.split('|')
  if (field === '') return fieldNode(undefined, modifiers, value, context.placeholders)
  if (field.endsWith('[any]')) return memberNode(field.slice(0, -'[any]'.length), modifiers, value, context)
  const path = parsePath(field)
  if (path.derived && !context.derivedFields.has(field)) {
    throw new Error(`unknown derived field; expected one of ${[...context.derivedFields].join(', ')}`)
  }
  return fieldNode(path, modifiers, value, context.placeholders)
}

/** `field[any]`: one member of the list must satisfy the whole block. */
const memberNode = (field: string, modifiers: readonly string[], block: unknown, context: Context): Node => {
  if (!context.arrayBlocks) throw new Error('field[any] needs sigma-version: 3 in the rule')
  if (modifiers.length > 0 || typeof block !== 'object' || block === null) {
    throw new Error(`expected a map or list below field[any], found ${shapeOf(block)}`)
  }
  const member = selectionNode(block, context)
  const path = parsePath(field)
  return eventNode((root, subject) =>
    someAt(root, subject, path, (value) =>
      Array.isArray(value) ? value.some((one) => member.test(one, subject)) : member.test(value, subject),
    ),
  )
}

/** Names the part of the rule in what went wrong inside it. */
const within = <T>(name: string, build: () => T): T => {
  try {
    return build()
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`, { cause: error })
  }
}
