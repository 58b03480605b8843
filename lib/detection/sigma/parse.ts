import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { ContentError, messageOf } from '../../errors.ts'
import { LEVELS, type Level } from '../../finding.ts'
import { isObject, text } from '../../trail/event.ts'
import { shapeOf } from '../../trail/log-file.ts'
import type { SigmaDocument, SigmaEventRule, SigmaFilter, SigmaHead } from './document.ts'
import { convertLegacy } from './legacy.ts'
import { parseCorrelation } from './parse-correlation.ts'
import { type Place, placeIn } from './place.ts'

/**
 * Reads the Sigma documents of one YAML file (several, separated by `---`). Never throws: each document that cannot be
 * used is an error with file and line, and the others are returned.
 */
export const parseSigma = (
  file: string,
  source: string,
): { documents: readonly SigmaDocument[]; errors: readonly ContentError[] } => {
  const documents: SigmaDocument[] = []
  const errors: ContentError[] = []
  const lines = new LineCounter()
  for (const document of yamlDocuments(source, lines)) {
    try {
      documents.push(...readDocument(placeIn(file, document, lines), document))
    } catch (error) {
      errors.push(
        error instanceof ContentError ? error : new ContentError(file, messageOf(error), { cause: error }),
      )
    }
  }
  if (documents.length === 0 && errors.length === 0) {
    errors.push(new ContentError(file, 'expected a Sigma rule, found an empty file'))
  }
  return { documents, errors }
}

const yamlDocuments = (source: string, lineCounter: LineCounter): readonly Document[] => {
  const parsed = parseAllDocuments(source, { lineCounter, prettyErrors: true })
  return 'empty' in parsed
    ? []
    : parsed.filter((document) => document.contents !== null || document.errors.length > 0)
}

const readDocument = (place: Place, document: Document): readonly SigmaDocument[] => {
  const [broken] = document.errors
  if (broken) {
    throw new ContentError(place.file, `not valid YAML: ${broken.message.split('\n')[0]}`, {
      cause: broken,
      ...(broken.linePos && { line: broken.linePos[0].line }),
    })
  }
  const raw: unknown = document.toJS()
  if (!isObject(raw)) throw place.fail(`expected a Sigma rule (a map), found ${shapeOf(raw)}`)
  if ('action' in raw)
    throw place.fail('rule collections (action: global) are Sigma v1: write each rule out', 'action')
  const head = readHead(place, raw)
  if ('correlation' in raw) return [parseCorrelation(place, head, raw['correlation'])]
  if ('filter' in raw) return [readFilter(place, head)]
  return readEventRule(place, head)
}

const readHead = (place: Place, raw: Record<string, unknown>): SigmaHead => {
  const title = text(raw['title'])
  if (!title) throw place.fail('title: expected a text, found none', 'title')
  return {
    file: place.file,
    line: place.line(),
    title,
    id: text(raw['id']),
    name: text(raw['name']),
    level: levelOf(place, raw['level']),
    status: text(raw['status']),
    description: text(raw['description']),
    tags: Array.isArray(raw['tags']) ? raw['tags'].filter((tag) => typeof tag === 'string') : [],
    raw,
  }
}

/** A rule that names no level counts as medium. */
const levelOf = (place: Place, level: unknown): Level => {
  if (level === undefined || level === null) return 'medium'
  if ((LEVELS as readonly unknown[]).includes(level)) return level as Level
  throw place.fail(`level: expected one of ${LEVELS.join(', ')}, found ${JSON.stringify(level)}`, 'level')
}

/** One rule, or what stands for it when it was written for Sigma v1. */
const readEventRule = (place: Place, head: SigmaHead): readonly SigmaDocument[] => {
  const { condition, timeframe, selections } = detectionOf(place, head.raw, 'detection')
  const rule: SigmaEventRule = {
    kind: 'event',
    ...head,
    logsource: logSourceOf(head),
    selections,
    conditions: conditionsOf(place, condition, 'detection'),
    arrayBlocks: Number(head.raw['sigma-version']) >= 3,
    detectionLine: place.line('detection'),
  }
  const aggregated = rule.conditions.find((one) => one.includes('|'))
  if (aggregated && rule.conditions.length === 1) {
    return convertLegacy(place, { rule, condition: aggregated, timeframe })
  }
  if (timeframe !== undefined) {
    throw place.fail('timeframe without an aggregation means nothing', 'detection', 'timeframe')
  }
  return [rule]
}

const readFilter = (place: Place, head: SigmaHead): SigmaFilter => {
  const { condition, selections } = detectionOf(place, head.raw, 'filter')
  const rules = selections.get('rules') ?? 'any'
  const names = (Array.isArray(rules) ? rules : [rules]).filter((name) => text(name) !== undefined)
  if (names.length === 0) throw place.fail('filter: expected rules or any, found none', 'filter', 'rules')
  return {
    kind: 'filter',
    ...head,
    logsource: logSourceOf(head),
    rules: rules === 'any' ? 'any' : (names as readonly string[]),
    selections: new Map([...selections].filter(([name]) => name !== 'rules')),
    conditions: conditionsOf(place, condition, 'filter'),
    arrayBlocks: Number(head.raw['sigma-version']) >= 3,
    detectionLine: place.line('filter'),
  }
}

const logSourceOf = ({ raw }: SigmaHead): SigmaEventRule['logsource'] =>
  isObject(raw['logsource']) ? raw['logsource'] : {}

const detectionOf = (place: Place, raw: SigmaHead['raw'], key: 'detection' | 'filter') => {
  const detection = raw[key]
  if (!isObject(detection)) throw place.fail(`${key}: expected a map of selections, found none`, key)
  const { condition, timeframe, ...selections } = detection
  const names = Object.keys(selections)
  if (names.length === 0) throw place.fail(`${key}: expected a selection, found none`, key)
  return { condition, timeframe, selections: new Map(names.map((name) => [name, selections[name]])) }
}

const conditionsOf = (place: Place, condition: unknown, key: string): readonly string[] => {
  const list = Array.isArray(condition) ? condition : [condition]
  const good = list.filter((entry): entry is string => typeof entry === 'string' && entry.trim() !== '')
  if (good.length === list.length && good.length > 0) return good
  throw place.fail('condition: expected a text or a list of texts, found none', key, 'condition')
}
