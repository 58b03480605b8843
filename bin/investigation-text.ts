import type { Investigation } from '../lib/investigate.ts'
import type { Tally, TimelineEntry } from '../lib/investigation/scope.ts'
import type { GraphNode, SessionGraph } from '../lib/investigation/session-graph.ts'
import { markdownCode, terminalSafe } from '../lib/report/escape.ts'

/** Marks of a text: how a heading, a line and a foreign word look on a terminal or in Markdown. */
export interface Marks {
  readonly heading: (text: string) => string
  readonly line: (text: string) => string
  /** Text from a log, made safe. */
  readonly foreign: (text: string) => string
}

export const MARKDOWN: Marks = {
  heading: (text) => `\n## ${text}\n`,
  line: (text) => `- ${text}`,
  foreign: markdownCode,
}

export const terminalMarks = (bold: (text: string) => string): Marks => ({
  heading: (text) => `\n${bold(text)}`,
  line: (text) => `  ${text}`,
  foreign: (text) => terminalSafe(text),
})

/** How much of each list is shown; files hold everything. */
const MOST = { nodes: 40, names: 8, entries: 40, files: 10 }

/** The answer to "what did it make, what did it do, is that proven", for people. */
export const investigationText = (
  of: {
    readonly lead: string
    readonly source: string
    readonly found: Investigation
    readonly notable: readonly TimelineEntry[]
  },
  marks: Marks,
): string => {
  const { lead, source, found, notable } = of
  const { scope, graphs, evidence } = found
  const lines = [
    `Investigation of ${marks.foreign(lead)} in ${marks.foreign(source)}`,
    `The log ends at ${found.asOf || 'no time'}; what can still act is told as of then.`,
    ...(graphs.length === 0 ? [marks.line('nothing in the log points there')] : []),
    ...graphs.flatMap((graph) => graphLines(graph, marks)),
    marks.heading('What they did'),
    marks.line(
      `${scope.events} events, ${scope.writes} successful changes, ${scope.denied} refused${scope.first ? `, from ${scope.first} to ${scope.last}` : ''}`,
    ),
    ...tallyLines('calls', scope.calls, marks),
    ...tallyLines('refused', scope.deniedCalls, marks),
    ...tallyLines('accounts', scope.accounts, marks),
    ...tallyLines('Regions', scope.regions, marks),
    ...tallyLines('addresses', scope.addresses, marks),
    ...tallyLines('user agents', scope.agents, marks),
    ...tallyLines('resources', scope.resources, marks),
    marks.heading('Changes and refused calls, in time order'),
    ...notable.slice(0, MOST.entries).map((entry) => marks.line(entryText(entry, marks))),
    ...more(notable.length, MOST.entries, marks),
    marks.heading('Evidence'),
    marks.line(`${evidence.length} log files hold these events: ${verdictsOf(evidence)}`),
    ...evidence
      .filter(({ verdict }) => verdict !== 'valid')
      .slice(0, MOST.files)
      .map(({ key, verdict }) => marks.line(`${verdict}: ${marks.foreign(key)}`)),
  ]
  return `${lines.join('\n')}\n`
}

const graphLines = (graph: SessionGraph, marks: Marks): readonly string[] => {
  const live = graph.nodes.filter((node) => node.live).length
  return [
    marks.heading(`Session graph of ${marks.foreign(graph.start)}`),
    ...(graph.seen ? [] : [marks.line('the log knows nothing of it')]),
    marks.line(
      `${graph.nodes.length} credentials and principals in ${graph.accounts.length} accounts, ${live} can still act`,
    ),
    ...graph.nodes.slice(0, MOST.nodes).map((node) => marks.line(nodeText(node, marks))),
    ...more(graph.nodes.length, MOST.nodes, marks),
    ...(graph.truncated ? [marks.line('the graph is larger than was walked: start from a later node')] : []),
    ...(graph.leftOut > 0
      ? [marks.line(`${graph.leftOut} credentials did not fit: the graph may lack some`)]
      : []),
  ]
}

const nodeText = (node: GraphNode, marks: Marks): string => {
  const state = node.live ? 'LIVE' : 'over'
  const until = node.expires === undefined ? '' : `, until ${node.expires}`
  const made =
    node.from === undefined
      ? ''
      : node.time === undefined
        ? ', seen in use'
        : `, ${marks.foreign(node.via ?? '')} ${node.time}`
  const name = node.name === node.id ? '' : ` ${marks.foreign(node.name)}`
  const id = node.kind === 'password' ? 'of user' : marks.foreign(node.id)
  const place = node.accountId === '' ? '' : ` in ${marks.foreign(node.accountId)}`
  return `${'  '.repeat(Math.min(node.depth, 8))}${state} ${node.kind} ${id}${name}${place}${made}${until}; ${node.events} events, ${node.denied} refused`
}

const tallyLines = (title: string, tally: Tally, marks: Marks): readonly string[] => {
  if (tally.length === 0) return []
  const shown = tally.slice(0, MOST.names).map(([name, n]) => `${marks.foreign(clip(name))} (${n})`)
  const rest = tally.length - shown.length
  return [marks.line(`${title}: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`)]
}

const clip = (name: string): string => (name.length > 80 ? `${name.slice(0, 77)}...` : name)

const entryText = (entry: TimelineEntry, { foreign }: Marks): string =>
  [
    entry.time,
    foreign(entry.call),
    ...(entry.errorCode === undefined ? [] : [`refused: ${foreign(clip(entry.errorCode))}`]),
    ...entry.resources.slice(0, 2).map(foreign),
    `by ${foreign(entry.accessKeyId || entry.principal)}`,
    `from ${foreign(entry.address)}`,
    `(${foreign(entry.eventID)})`,
  ].join(' ')

const more = (length: number, shown: number, { line }: Marks): readonly string[] =>
  length > shown ? [line(`and ${length - shown} more`)] : []

const verdictsOf = (evidence: Investigation['evidence']): string => {
  const counts = new Map<string, number>()
  for (const { verdict } of evidence) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ') || 'none'
}
