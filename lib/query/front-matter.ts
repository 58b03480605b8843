import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { ContentError } from '../errors.ts'
import { LEVELS } from '../finding.ts'

export const PARAMETER_TYPES = ['string', 'integer', 'double', 'boolean', 'timestamp', 'date'] as const
export const COLUMN_TYPES = [...PARAMETER_TYPES, 'json'] as const

/** What a trail must record for a query to have an answer. Management events are what every trail records. */
export const NEEDS = ['management', 'data', 'network', 'insight'] as const

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const WORD = /^[a-z][a-z0-9_]*$/

/** The parameters nearly every query has; a file names them by their names alone. */
const WELL_KNOWN = {
  since: {
    name: 'since',
    type: 'timestamp',
    default: '1970-01-01 00:00:00',
    description: 'events from this time on, UTC; name it to read fewer days',
  },
  until: {
    name: 'until',
    type: 'timestamp',
    default: '2999-12-31 00:00:00',
    description: 'events before this time, UTC',
  },
} as const satisfies Record<string, QueryParameter>

export interface QueryParameter {
  readonly name: string
  readonly type: (typeof PARAMETER_TYPES)[number]
  readonly default?: string | undefined
  readonly description: string
}

const wellKnown = (name: string): name is keyof typeof WELL_KNOWN => Object.hasOwn(WELL_KNOWN, name)

const PARAMETER = z.strictObject({
  name: z.string().regex(WORD, 'expected lower-case letters, digits and _'),
  type: z.enum(PARAMETER_TYPES),
  default: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  description: z.string().min(1),
})

/** A parameter in full, or the name of a well-known one. One branch is chosen first, so that a message is about that branch. */
const PARAM = z.unknown().transform((value, context): QueryParameter => {
  if (typeof value === 'string') {
    if (wellKnown(value)) return WELL_KNOWN[value]
    context.addIssue(
      `expected ${Object.keys(WELL_KNOWN).join(' or ')}, or { name, type, description }, found ${value}`,
    )
    return z.NEVER
  }
  const parsed = PARAMETER.safeParse(value)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues)
    context.addIssue({ code: 'custom', path: [...path], message })
  return z.NEVER
})

const words = z.array(z.string().min(1))

const FRONT_MATTER = z.strictObject({
  name: z.string().regex(NAME, 'expected kebab-case'),
  title: z.string().min(1),
  question: z.string().min(1),
  params: z.array(PARAM).default([]),
  columns: z
    .record(z.string().regex(WORD, 'expected lower-case letters, digits and _'), z.enum(COLUMN_TYPES))
    .optional(),
  severity: z.enum(LEVELS).optional(),
  finding: z
    .strictObject({ key: z.array(z.string()).min(1).optional(), summary: z.string().min(1) })
    .optional(),
  controls: words.default([]),
  covers: words.default([]),
  needs: z.array(z.enum(NEEDS)).min(1).default(['management']),
  tags: z.array(z.string()).default([]),
  notes: z.array(z.string()).default([]),
})

export type FrontMatter = z.infer<typeof FRONT_MATTER>

/**
 * Reads the front matter of a query file: `yaml` is what stands between its markers, on the lines it has in the file.
 * Throws ContentError with file and line, what was expected and what was found.
 */
export const parseFrontMatter = (file: string, yaml: string): FrontMatter => {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false })
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : lineCounter.linePos(offset).line
  const [error] = document.errors
  if (error) throw new ContentError(file, `front matter: ${error.message}`, { line: lineAt(error.pos[0]) })
  const parsed = FRONT_MATTER.safeParse(document.toJS({ maxAliasCount: 0 }))
  const refuse = (path: readonly PropertyKey[], message: string): never => {
    const where = path.length > 0 ? `${path.join('.')}: ` : ''
    throw new ContentError(file, `front matter: ${where}${message}`, {
      line: lineAt(nearestNode(document, path)),
    })
  }
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    return refuse(path, message)
  }
  const fault = faultOf(parsed.data)
  return fault ? refuse(...fault) : parsed.data
}

/** What the parts of a front matter say against one another. */
const faultOf = (front: FrontMatter): [readonly string[], string] | undefined => {
  const { finding, severity, columns } = front
  if (!finding) return undefined
  if (!severity) return [['finding'], 'expected a severity with it']
  if (!columns) return undefined
  const unknown = (name: string): boolean => !Object.hasOwn(columns, name.toLowerCase())
  const found = `expected a column of the query (${Object.keys(columns).join(', ')}), found`
  const inSummary = placeholders(finding.summary).find(unknown)
  if (inSummary !== undefined) return [['finding', 'summary'], `${found} {${inSummary}}`]
  const inKey = finding.key?.find(unknown)
  if (inKey !== undefined) return [['finding', 'key'], `${found} ${inKey}`]
  if (!finding.key && unknown('eventid')) {
    return [['finding'], 'expected a key, because the query has no eventid that tells two rows apart']
  }
  return undefined
}

/** Names in braces of a summary. */
export const placeholders = (summary: string): string[] =>
  [...summary.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!)

/** Offset of the deepest part of the document on a path. */
const nearestNode = (
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number | undefined => {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined
    if (node?.range) return node.range[0]
  }
  return undefined
}
