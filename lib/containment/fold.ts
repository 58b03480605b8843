import type { ApiCall } from '../action.ts'
import type { ActionState, CalledData, Entry, EntryData } from './entries.ts'

/** What the ledger says about one action. */
export interface ActionRecord {
  readonly id: string
  state: ActionState
  planned: EntryData['planned']
  plannedAt: string
  started?: EntryData['started'] & { readonly at: string; readonly sequence: number }
  /** Which list of calls is being made, or was made. */
  way: number
  /** By `phase/way/step`: the last intent, and the answer to it. */
  steps: Map<string, Step>
  applied?: { readonly at: string; readonly way: number; readonly owner: string; readonly expires: string }
  /** Looks since it was applied, or asserted again. */
  checks: { readonly at: string; readonly checkpoint: number; readonly holds: 'yes' | 'no' | 'unknown' }[]
  releasing?: EntryData['releasing'] & { readonly at: string; readonly sequence: number }
  proposed?: string
  /** When people were told that nobody can see whether it holds. */
  unseen?: string | undefined
  refused?: EntryData['refused']
  /** Why it waits for people although it might have gone on its own. */
  queued?: string
  /** When it came to an end: released, expired, refused or failed. */
  endedAt?: string
  /** The last sentence the ledger has about it. */
  note?: string
}

export interface Step {
  readonly intents: readonly { readonly sequence: number; readonly at: string }[]
  /** Missing while the answer to the last intent is not known. */
  readonly answer?: CalledData & { readonly at: string }
}

export interface Approval {
  readonly approver: string
  readonly identity: string
  readonly users?: readonly string[]
  readonly at: string
  readonly expires: string
}

/** The whole ledger, folded. */
export interface Book {
  readonly actions: Map<string, ActionRecord>
  /** By plan hash. */
  readonly approvals: Map<string, Approval[]>
  readonly breakers: {
    readonly account: string
    readonly at: string
    readonly until: string
    readonly restores?: true
  }[]
  /** Automatic containments: what the budget counts. */
  readonly charges: {
    readonly account: string
    readonly at: string
    readonly subject: string
    readonly level: string
    /** Tier 0: it put back what was there. */
    readonly restores: boolean
  }[]
  /** Changing calls, for matching own events. */
  readonly calls: OwnCall[]
  /** Events by our own role that were looked at, and the calls they belong to. */
  readonly ownEvents: Set<string>
  readonly claimed: Set<number>
}

export interface OwnCall {
  readonly sequence: number
  readonly at: string
  readonly service: string
  readonly operation: string
  readonly input: ApiCall['input']
  requestId?: string
}

export const emptyBook = (): Book => ({
  actions: new Map(),
  approvals: new Map(),
  breakers: [],
  charges: [],
  calls: [],
  ownEvents: new Set(),
  claimed: new Set(),
})

export const stepKey = (of: {
  readonly phase: string
  readonly way: number
  readonly step: number
}): string => `${of.phase}/${of.way}/${of.step}`

/** Adds one entry to the book, in place. Entries of kinds a later release wrote change nothing here. */
export const addEntry = (book: Book, entry: Entry): void => {
  if (entry.kind === 'approved') addApproval(book, entry.data, entry.time)
  else if (entry.kind === 'breaker') book.breakers.push({ ...entry.data, at: entry.time })
  else if (entry.kind === 'own-call') own(book, entry.data)
  else if (entry.action !== undefined) addToAction(book, entry.action, entry)
}

const own = (book: Book, { eventID, entry }: EntryData['own-call']): void => {
  book.ownEvents.add(eventID)
  if (entry !== null) book.claimed.add(entry)
}

const addToAction = (book: Book, id: string, entry: Entry): void => {
  const record = book.actions.get(id)
  if (entry.kind === 'planned') plan(book, id, entry.data, entry.time)
  else if (record) apply(book, record, entry)
}

const addApproval = (book: Book, data: EntryData['approved'], at: string): void => {
  const { plan, approver, identity, users, expires } = data
  const given = book.approvals.get(plan) ?? []
  given.push({ approver, identity, at, expires, ...(users && { users }) })
  book.approvals.set(plan, given)
  for (const record of book.actions.values()) {
    const enough = given.length >= Math.max(1, record.planned.decision.approvers)
    if (record.planned.plan === plan && record.state === 'PLANNED' && enough) record.state = 'APPROVED'
  }
}

const plan = (book: Book, id: string, planned: EntryData['planned'], at: string): void => {
  const state = planned.prepared.found === 'already' ? 'ALREADY' : 'PLANNED'
  // an approval is for one doing: the same plan made again asks again
  if (book.actions.has(id)) book.approvals.delete(planned.plan)
  book.actions.set(id, { id, state, planned, plannedAt: at, way: 0, steps: new Map(), checks: [] })
}

const apply = (book: Book, record: ActionRecord, entry: Entry): void => {
  const { time: at } = entry
  switch (entry.kind) {
    case 'refused':
      record.refused = entry.data
      record.note = entry.data.reason
      if (entry.data.code === 'release') return
      record.state = 'REFUSED'
      record.endedAt = at
      return
    case 'started':
      if (!record.started && entry.data.automatic)
        book.charges.push({ ...entry.data, at, restores: isRestoring(record) })
      record.started = { ...entry.data, at, sequence: entry.sequence }
      record.state = 'EXECUTING'
      return
    case 'calling':
      intend(book, record, entry)
      return
    case 'called':
      answer(book, record, entry.data, at)
      return
    case 'fallback':
      record.way = entry.data.way
      return
    case 'applied':
      record.applied = { ...entry.data, at }
      record.way = entry.data.way
      record.state = 'APPLIED'
      record.checks = []
      record.unseen = undefined
      return
    case 'partial':
      record.applied = { ...entry.data, at }
      record.note = entry.data.reason
      record.state = 'PARTIAL'
      return
    case 'failed':
      record.note = entry.data.reason
      record.state = 'FAILED'
      record.endedAt = at
      return
    case 'checked':
      record.checks.push({ at, checkpoint: entry.data.checkpoint, holds: entry.data.holds })
      if (entry.data.holds !== 'unknown') record.unseen = undefined
      return
    case 'unseen':
      record.unseen = at
      return
    case 'verified':
      record.state = 'VERIFIED'
      return
    case 'reasserted':
      if (entry.data.holds) record.state = 'APPLIED'
      // what was seen before proves nothing about what came after
      record.checks = []
      record.unseen = undefined
      if (record.applied) record.applied = { ...record.applied, at }
      return
    default:
      end(record, entry)
  }
}

const isRestoring = ({ planned }: ActionRecord): boolean => planned.prepared.action.tier === 0

const end = (record: ActionRecord, entry: Entry): void => {
  switch (entry.kind) {
    case 'tampered':
      record.state = 'TAMPERED'
      record.note = entry.data.reason
      return
    case 'conflict':
      record.state = 'CONFLICT'
      record.note = entry.data.reason
      return
    case 'releasing':
      record.releasing = { ...entry.data, at: entry.time, sequence: entry.sequence }
      record.state = 'RELEASING'
      return
    case 'released':
      record.state = 'RELEASED'
      record.endedAt = entry.time
      return
    case 'expired':
      record.state = 'EXPIRED'
      record.endedAt = entry.time
      return
    case 'budget':
      record.queued = entry.data.reason
      return
    case 'proposed':
      record.proposed = entry.time
      return
  }
}

const intend = (book: Book, record: ActionRecord, entry: Entry & { readonly kind: 'calling' }): void => {
  const key = stepKey(entry.data)
  const intents = [...(record.steps.get(key)?.intents ?? []), { sequence: entry.sequence, at: entry.time }]
  record.steps.set(key, { intents })
  renew(record, entry.data)
  const { service, operation, input } = entry.data.call
  book.calls.push({ sequence: entry.sequence, at: entry.time, service, operation, input })
}

const renew = (record: ActionRecord, { phase, lease }: EntryData['calling']): void => {
  if (lease === undefined) return
  if (phase === 'release' && record.releasing) record.releasing = { ...record.releasing, lease }
  if (phase !== 'release' && record.started) record.started = { ...record.started, lease }
}

const answer = (book: Book, record: ActionRecord, data: CalledData, at: string): void => {
  const key = stepKey(data)
  const intents = record.steps.get(key)?.intents ?? []
  record.steps.set(key, { intents, answer: { ...data, at } })
  const own = book.calls.findLast(({ sequence }) => sequence === intents.at(-1)?.sequence)
  if (own && data.requestId !== undefined) own.requestId = data.requestId
}
