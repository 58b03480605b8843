import { UsageError } from '../errors.ts'
import type { LogStore, PublicKeys } from '../ports.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import {
  type IntegrityReport,
  noVerdicts,
  type Problem,
  VERDICT_STATUSES,
  type VerdictStatus,
} from '../verdict.ts'
import { belowLogs } from './place.ts'
import { type ValidateOptions, validateTrails } from './validate.ts'

export interface ValidatedWorld {
  readonly logs: LogStore
  readonly publicKeys: PublicKeys
  /** Folders that hold an AWSLogs/, as key prefixes, where there are several side by side. */
  readonly roots?: readonly string[]
}

/**
 * Validates a source that may hold several buckets side by side. Chains may lead from one to another, so they are one source;
 * but where two hold copies of the same digest, each is judged by itself: else what was deleted from one copy would be found in
 * the other. What the public keys rest on becomes a note. Throws as `validateTrails`, and `UsageError` for a saved state with copies, since a state knows one.
 */
export const validateSource = async (
  world: ValidatedWorld,
  options: ValidateOptions = {},
): ReturnType<typeof validateTrails> => {
  const report = await validateEach(world, options)
  const { caveat } = world.publicKeys
  return caveat && report.summary.digests.valid > 0 ? { ...report, notes: [...report.notes, caveat] } : report
}

const validateEach = async (
  world: ValidatedWorld,
  options: ValidateOptions,
): ReturnType<typeof validateTrails> => {
  const { roots = [] } = world
  if (roots.length < 2 || !(await holdsCopies(world.logs))) return validateTrails(world, options)
  if (options.state || options.resume) {
    throw new UsageError(
      `${world.logs.name}: expected one copy of each chain for a saved state, found several`,
    )
  }
  const reports = []
  for (const root of roots) {
    const report = await validateTrails({ ...world, logs: below(world.logs, root, roots) }, options)
    reports.push({ ...report, problems: report.problems.map((problem) => inRoot(problem, root)) })
  }
  return { ...reports.at(-1)!, ...joined(reports), heads: {} }
}

/** What is not there is named by its key alone: say in which copy. */
const inRoot = (problem: Problem, root: string): Problem =>
  problem.object.startsWith(root) ? problem : { ...problem, object: `${root}${problem.object}` }

const holdsCopies = async (logs: LogStore): Promise<boolean> => {
  const seen = new Set<string>()
  for await (const { key } of logs.list()) {
    if (parseObjectKey(key).type !== 'digest') continue
    const place = belowLogs(key)
    if (seen.has(place)) return true
    seen.add(place)
  }
  return false
}

/** The part of a store below one root, and not below a root inside it. */
const below = (logs: LogStore, root: string, roots: readonly string[]): LogStore => {
  const inner = roots.filter((other) => other !== root && other.startsWith(root))
  const mine = (key: string) => key.startsWith(root) && !inner.some((other) => key.startsWith(other))
  return {
    ...logs,
    list: async function* (prefix = '', options) {
      const from = prefix.startsWith(root) ? prefix : root
      for await (const object of logs.list(from, options)) if (mine(object.key)) yield object
    },
    read: async (object) => (mine(object.key) ? logs.read(object) : undefined),
  }
}

const joined = (reports: readonly IntegrityReport[]): IntegrityReport => ({
  summary: {
    digests: summed(reports.map(({ summary }) => summary.digests)),
    logs: summed(reports.map(({ summary }) => summary.logs)),
  },
  chains: reports.flatMap(({ chains }) => chains),
  problems: reports.flatMap(({ problems }) => problems),
  logVerdicts: new Map(reports.flatMap(({ logVerdicts }) => [...logVerdicts])),
  notes: [
    `${reports.length} folders hold copies of the same digests: each was validated by itself`,
    ...new Set(reports.flatMap(({ notes }) => notes)),
  ],
})

const summed = (
  counts: readonly Readonly<Record<VerdictStatus, number>>[],
): Record<VerdictStatus, number> => {
  const sum = noVerdicts()
  for (const one of counts) for (const status of VERDICT_STATUSES) sum[status] += one[status]
  return sum
}
