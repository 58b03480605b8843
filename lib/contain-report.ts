import type { ApiCall } from './action.ts'
import { awsCliCommand } from './containment/cli-command.ts'
import type { Entry } from './containment/entries.ts'
import { type ActionRecord, addEntry, type Book, emptyBook } from './containment/fold.ts'
import { undoCalls } from './containment/release.ts'
import type { Finding } from './finding.ts'
import type { LedgerEntry } from './ports.ts'
import type { AskingRow, ContainmentLog, ContainmentRow, MadeCall, Moment } from './report/containment.ts'
import type { VerdictStatus } from './verdict.ts'

/** What the ledger does not keep: where the events lie, and what validation says of those log files. */
export interface KnownFindings {
  readonly findings: readonly Finding[]
  readonly verdicts: ReadonlyMap<string, VerdictStatus>
}

/**
 * Arranges a ledger for its report: each action with its plan, approvers, dry run, calls with request ids, looks, undo and expiry. Pure;
 * the same entries give the same answer. Entries of kinds a later release wrote are counted and not shown.
 */
export const containmentLog = (entries: readonly LedgerEntry[], known?: KnownFindings): ContainmentLog => {
  const book = emptyBook()
  const byAction = new Map<string, Entry[]>()
  for (const one of entries) {
    const entry = one as unknown as Entry
    addEntry(book, entry)
    if (entry.action === undefined) continue
    const own = byAction.get(entry.action)
    // planned anew: what went before belongs to an earlier plan
    if (!own || entry.kind === 'planned') byAction.set(entry.action, [entry])
    else own.push(entry)
  }
  return {
    entries: entries.length,
    tail: entries.at(-1)?.hash ?? '',
    first: entries[0]?.time ?? '',
    last: entries.at(-1)?.time ?? '',
    actions: [...book.actions.values()].map((record) => rowOf(record, byAction.get(record.id) ?? [], known)),
    approvals: approvalsIn(book),
  }
}

const approvalsIn = ({ approvals }: Book) =>
  [...approvals].flatMap(([plan, given]) =>
    given.map(({ approver, at, expires }) => ({ plan, approver, at, expires })),
  )

const rowOf = (
  record: ActionRecord,
  entries: readonly Entry[],
  known: KnownFindings | undefined,
): ContainmentRow => {
  const { planned, applied } = record
  const { action, snapshot } = planned.prepared
  const { kind, id, name, arn, accountId, region } = action.target
  return {
    id: record.id,
    title: action.title,
    type: action.type,
    tier: action.tier,
    level: action.level,
    state: record.state,
    target: [kind, arn ?? name ?? id, `(${id})`, 'in', accountId, region ?? ''].join(' ').trim(),
    reason: action.reason,
    blastRadius: action.blastRadius,
    plan: planned.plan,
    plannedAt: record.plannedAt,
    owner: planned.owner,
    why: planned.decision.why,
    events: planned.events.map((one) => askingRow(one, planned.evidence, known)),
    before: action.snapshot.map((call, place) => ({
      command: awsCliCommand(call),
      answer: snapshot[place] ?? null,
    })),
    dryRun: action.calls.map(awsCliCommand),
    made: madeCalls(entries),
    checks: entries.flatMap(({ kind, data, time }) => (kind === 'checked' ? [{ at: time, ...data }] : [])),
    moments: entries.flatMap(momentOf),
    undo: undoOf(record).map(awsCliCommand),
    undoNote: action.undoNote,
    ...(applied && { expires: applied.expires }),
    limits: action.limits,
  }
}

/** Undo of what was made; of what waits, the undo that is planned. What held before is not ours to undo. */
const undoOf = (record: ActionRecord): readonly ApiCall[] => {
  if (record.state === 'ALREADY') return []
  const made = undoCalls(record)
  return made.length > 0 || record.applied ? made : record.planned.prepared.action.undo
}

const EVIDENCE = {
  digest: 'digest verified',
  cloudtrail: "confirmed by CloudTrail's own history",
  unverified: 'not verified',
} as const

const askingRow = (
  one: ActionRecord['planned']['events'][number],
  evidence: keyof typeof EVIDENCE,
  known: KnownFindings | undefined,
): AskingRow => {
  const source = known?.findings.find(({ id }) => id === one.finding)?.source
  const verdict = source && known?.verdicts.get(source.key)
  return {
    ...one,
    ...(source && { place: `${source.key} record ${source.index}` }),
    evidence: verdict === 'valid' ? 'digest verified' : verdict ? `log file ${verdict}` : EVIDENCE[evidence],
  }
}

const madeCalls = (entries: readonly Entry[]): readonly MadeCall[] =>
  entries.flatMap((entry, place): MadeCall[] => {
    if (entry.kind !== 'calling') return []
    const { phase, call, step, way } = entry.data
    const command = awsCliCommand(call)
    const answer = entries.slice(place + 1).find((one) => {
      const other = one.kind === 'called' || one.kind === 'calling' ? one.data : undefined
      return other?.phase === phase && other.step === step && other.way === way
    })
    if (answer?.kind !== 'called') return [{ at: entry.time, phase, command, outcome: 'no answer' }]
    const { outcome, requestId, error } = answer.data
    return [
      {
        at: answer.time,
        phase,
        command,
        outcome,
        ...(requestId !== undefined && { requestId }),
        ...(error !== undefined && { error }),
      },
    ]
  })

const momentOf = (entry: Entry): Moment[] => {
  const text = momentText(entry)
  return text === undefined ? [] : [{ at: entry.time, text }]
}

const momentText = (entry: Entry): string | undefined => {
  switch (entry.kind) {
    case 'planned':
      return entry.data.prepared.found === 'already'
        ? 'held already'
        : `planned, plan ${entry.data.plan.slice(0, 8)}`
    case 'started':
      return `begun by ${entry.data.worker}${entry.data.automatic ? ', on its own' : ''}`
    case 'fallback':
      return `another way, because of ${entry.data.because}`
    case 'applied':
      return 'applied'
    case 'checked':
      return `looked at: ${HOLDS[entry.data.holds]}`
    case 'reasserted':
      return `made ${entry.data.times} more times against somebody who undoes it: ${entry.data.holds ? 'it holds' : 'it does not hold'}`
    case 'verified':
      return `verified; the log: ${entry.data.log}`
    case 'releasing':
      return `release asked for by ${entry.data.by}`
    case 'released':
    case 'expired':
      return `${entry.kind}, by ${entry.data.by}`
    case 'partial':
    case 'failed':
    case 'refused':
    case 'tampered':
    case 'conflict':
    case 'proposed':
    case 'budget':
      return `${WORDS[entry.kind]}: ${entry.data.reason}`
    default:
      return undefined
  }
}

const HOLDS = { yes: 'it holds', no: 'it does not hold', unknown: 'it could not be read' } as const

const WORDS = {
  partial: 'done in part',
  failed: 'failed',
  refused: 'refused',
  tampered: 'tampered with',
  conflict: 'conflict',
  proposed: 'release proposed',
  budget: 'waits for people',
} as const
