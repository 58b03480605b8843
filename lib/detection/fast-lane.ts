import { type Box, boxesOf, type Detail, detailOf, type Matcher, simplest } from './event-pattern.ts'
import type { Rule } from './rules.ts'

/** A pattern of the rule that feeds the fast lane. */
export interface LanePattern {
  readonly source: readonly Matcher[]
  readonly 'detail-type': readonly Matcher[]
  readonly detail: Detail | { readonly $or: readonly Detail[] }
}

export interface FastLane {
  /** An event that matches none of them is of no rule's concern. */
  readonly patterns: readonly LanePattern[]
  /** Ids of rules that any event may match: no pattern can be drawn round them, so they wait for the log file. */
  readonly waiting: readonly string[]
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const MAX_PATTERN_CHARS = 2048
/** EventBridge takes 1,000 combinations of values in a pattern with `$or`. */
const MAX_COMBINATIONS = 900

/**
 * Services whose calls come in masses, day and night: only the calls that a rule names are let through. Of any other service that a
 * rule speaks of, every call is: shorter patterns for a few events more.
 */
const BUSY_SERVICES: ReadonlySet<string> = new Set(
  `autoscaling bedrock bedrock-runtime cloudformation dynamodb ec2 ecr ecs elasticloadbalancing events glue kms lambda logs
  monitoring rds s3 secretsmanager sns sqs ssm states sts`
    .split(/\s+/)
    .map((service) => `${service}.amazonaws.com`),
)

/**
 * The fewest patterns, each within EventBridge's limits, that together let through every event any of the rules may match. Events carry
 * the event source in lower case, as CloudTrail writes it.
 */
export const fastLaneOf = (rules: readonly Rule[], maxChars: number = MAX_PATTERN_CHARS): FastLane => {
  const open = new Set<string>()
  const boxes: Box[] = []
  for (const rule of rules) {
    if (rule.kind !== 'event') continue
    const own = boxesOf(rule, rules)
    if (own.some((box) => box.size === 0)) open.add(rule.ref.id)
    else boxes.push(...own.flatMap(bySource))
  }
  const waiting = rules.filter((rule) => open.has(rule.ref.id) || isOver(rule, open)).map(({ ref }) => ref.id)
  const named = withoutNamesOfWider(simplest(boxes).map(withoutCoveredNames))
  const joined = joinSources(withoutCovered(named))
  return {
    patterns: packed(
      joined.flatMap((box) => halved(box, maxChars)),
      maxChars,
    ),
    waiting,
  }
}

const isOver = (rule: Rule, open: ReadonlySet<string>): boolean =>
  rule.kind === 'correlation' && rule.bases.some((id) => open.has(id))

/** One box for each literal source, in lower case, of what keeps its calls few; a quiet service loses even their names. */
const bySource = (box: Box): readonly Box[] => {
  const sources = (box.get('eventSource') ?? []).map(literalOf)
  if (sources.length === 0 || sources.includes(undefined)) return [box]
  return sources.map((source) => {
    const own = new Map(box).set('eventSource', [source!])
    if (!BUSY_SERVICES.has(source!))
      for (const field of box.keys()) if (field !== 'eventSource') own.delete(field)
    return own
  })
}

const literalOf = (matcher: Matcher): string | undefined =>
  matcher && typeof matcher === 'object' && 'equals-ignore-case' in matcher
    ? matcher['equals-ignore-case'].toLowerCase()
    : undefined

/** A name says nothing new beside a prefix of it. */
const withoutCoveredNames = (box: Box): Box => {
  const names = box.get('eventName')
  if (!names) return box
  const prefixes = names.flatMap((name) => prefixOf(name) ?? [])
  const isCovered = (text: string | undefined, least: number) =>
    text !== undefined &&
    prefixes.some((prefix) => text.length >= prefix.length + least && text.startsWith(prefix))
  const kept = names.filter((name) => !isCovered(literalOf(name), 0) && !isCovered(prefixOf(name), 1))
  return new Map(box).set('eventName', kept)
}

/** A name says nothing new in a box when one that asks for less of the rest names it too. */
const withoutNamesOfWider = (boxes: readonly Box[]): readonly Box[] =>
  boxes.flatMap((box, index) => {
    const names = box.get('eventName')
    if (!names) return [box]
    const wider = boxes.filter((other, at) => at !== index && other.has('eventName') && asksLess(other, box))
    const told = new Set(
      wider.flatMap((other) => other.get('eventName')!.map((name) => JSON.stringify(name))),
    )
    const kept = names.filter((name) => !told.has(JSON.stringify(name)))
    return kept.length > 0 ? [new Map(box).set('eventName', kept)] : []
  })

/** Fewer fields than the other, the same matchers in each but the name. */
const asksLess = (wide: Box, narrow: Box): boolean =>
  wide.size < narrow.size &&
  [...wide].every(
    ([field, matchers]) =>
      field === 'eventName' || JSON.stringify(matchers) === JSON.stringify(narrow.get(field)),
  )

const prefixOf = (matcher: Matcher): string | undefined =>
  matcher && typeof matcher === 'object' && 'prefix' in matcher && typeof matcher.prefix === 'object'
    ? matcher.prefix['equals-ignore-case'].toLowerCase()
    : undefined

/** A box says nothing new beside one that asks for less of the same. */
const withoutCovered = (boxes: readonly Box[]): readonly Box[] =>
  boxes.filter((box) => !boxes.some((other) => other !== box && other.size < box.size && covers(other, box)))

const covers = (wide: Box, narrow: Box): boolean =>
  [...wide].every(([field, matchers]) => JSON.stringify(matchers) === JSON.stringify(narrow.get(field)))

/** Sources of which every call is let through are one box. */
const joinSources = (boxes: readonly Box[]): readonly Box[] => {
  const whole = boxes.filter((box) => box.size === 1 && box.has('eventSource'))
  const sources = whole.flatMap((box) => box.get('eventSource')!)
  const rest = boxes.filter((box) => !whole.includes(box))
  return sources.length > 0 ? [new Map([['eventSource', sources]]), ...rest] : rest
}

/** A box too large for a pattern of its own, as several that share its longest list. */
const halved = (box: Box, maxChars: number): readonly Box[] => {
  if (fits([box], maxChars)) return [box]
  const [field, matchers] = [...box].sort(([, a], [, b]) => b.length - a.length)[0]!
  if (matchers.length < 2) return [box]
  const middle = matchers.length >> 1
  return [matchers.slice(0, middle), matchers.slice(middle)].flatMap((half) =>
    halved(new Map(box).set(field, half), maxChars),
  )
}

/** First fit, the largest first. */
const packed = (boxes: readonly Box[], maxChars: number): readonly LanePattern[] => {
  const bins: Box[][] = []
  for (const box of [...boxes].sort((a, b) => charsOf(b) - charsOf(a))) {
    const bin = bins.find((some) => fits([...some, box], maxChars))
    if (bin) bin.push(box)
    else bins.push([box])
  }
  return bins.map(patternOf)
}

const charsOf = (box: Box): number => JSON.stringify(detailOf(box)).length

const fits = (boxes: readonly Box[], maxChars: number): boolean =>
  JSON.stringify(patternOf(boxes)).length <= maxChars &&
  boxes.reduce((sum, box) => sum + combinationsOf(box), 0) <= MAX_COMBINATIONS

const combinationsOf = (box: Box): number =>
  [...box.values()].reduce((product, matchers) => product * matchers.length, 1)

const patternOf = (boxes: readonly Box[]): LanePattern => {
  const details = boxes.map(detailOf)
  return {
    source: [{ prefix: 'aws.' }],
    'detail-type': [{ suffix: ' via CloudTrail' }],
    detail: details.length === 1 ? details[0]! : { $or: details },
  }
}
