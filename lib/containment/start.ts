import type { ContainmentAction } from '../action.ts'
import type { Finding } from '../finding.ts'
import { approvalsOf } from './approve.ts'
import { aliveBreakGlass } from './corroborate.ts'
import {
  budgetReason,
  isAccountWide,
  isBreakerOpen,
  refuseTarget,
  subjectOfAction,
  takesAccess,
} from './decide.ts'
import type { Draft, EntryData } from './entries.ts'
import { leaseOf, type Run } from './execute.ts'
import type { ActionRecord, Book } from './fold.ts'
import { notice } from './notice.ts'
import { prepareAction } from './prepare.ts'
import { type ContainWorld, later } from './world.ts'

/** `true`, or why it is not started now. */
export const mayStart = async (world: ContainWorld, record: ActionRecord): Promise<true | string> => {
  const { action, found } = record.planned.prepared
  if (world.settings.mode === 'observe') return 'the mode is observe: nothing is called'
  if (found === 'already') return 'it holds already: there is nothing to do'
  if (isLeft(world, record)) return true
  if (record.state !== 'PLANNED' && record.state !== 'APPROVED') return `it is ${record.state}`
  const waiting = permission(world, record)
  if (waiting) return waiting
  const objection = refuseTarget(action, world.settings) ?? (await wayBackObjection(world, action))
  if (objection) return refuse(world, record, 'guard', objection)
  const again = await prepareAction(action, world.responder)
  if ('reason' in again) return refuse(world, record, 'target', again.reason)
  return again.state === record.planned.prepared.state
    ? true
    : refuse(
        world,
        record,
        'drift',
        'the account has changed since the plan was made: plan and approve again',
      )
}

/** Was it begun by somebody who is gone? */
export const isLeft = (world: ContainWorld, { state, started }: ActionRecord): boolean =>
  state === 'EXECUTING' && started !== undefined && started.lease <= world.clock.now()

/** Why it waits for people, or `undefined`. */
const permission = (world: ContainWorld, record: ActionRecord): string | undefined => {
  const { decision } = record.planned
  const free = decision.automatic && record.queued === undefined
  if (free && world.settings.mode === 'enforce') return undefined
  const needed = isAccountWide(record.planned.prepared.action) ? 2 : 1
  const given = approvalsOf(world.ledger.book, record.planned.plan, world.clock.now())
  if (given.length >= needed) return undefined
  const why = [...decision.why, ...(record.queued === undefined ? [] : [record.queued])]
  const reasons = why.length > 0 ? ` (${why.join('; ')})` : ''
  return `it waits for approval: ${given.length} of ${needed}${reasons}`
}

/** Where the owner has named ways back in, one of them must be alive; an account is never closed without one. */
const wayBackObjection = async (
  { settings, responder }: ContainWorld,
  action: ContainmentAction,
): Promise<string | undefined> => {
  if (!takesAccess(action)) return undefined
  if (settings.breakGlass.length === 0)
    return isAccountWide(action)
      ? 'no break-glass principal is configured: nobody could open the account again'
      : undefined
  return (await aliveBreakGlass(settings.breakGlass, responder)) > 0
    ? undefined
    : 'no break-glass principal would remain: none of those configured could be seen alive'
}

const refuse = async (
  { ledger }: ContainWorld,
  { id }: ActionRecord,
  code: 'guard' | 'target' | 'drift',
  reason: string,
): Promise<string> => {
  await ledger.append((book) => {
    const record = book.actions.get(id)
    const open = record?.state === 'PLANNED' || record?.state === 'APPROVED'
    return open
      ? { kind: 'refused', action: id, data: { plan: record.planned.plan, code, reason } }
      : undefined
  })
  return reason
}

export type Begun = Run | { readonly reason: string; readonly told: readonly Finding[] }

/** Takes the action over, if nobody else has: one of many wins. The budget is looked at in the same breath. */
export const begin = async (world: ContainWorld, id: string, plan?: string): Promise<Begun> => {
  const entry = await world.ledger.append((book) => startEntry(world, book, id, plan))
  if (entry?.kind === 'started') return { world, id, token: entry.sequence }
  if (entry?.kind === 'budget')
    return { reason: entry.data.reason, told: await openBreaker(world, entry.data) }
  return { reason: 'somebody else is at work on it', told: [] }
}

const startEntry = (
  world: ContainWorld,
  book: Book,
  id: string,
  plan: string | undefined,
): Draft | undefined => {
  const record = book.actions.get(id)!
  const { settings, clock } = world
  const resumed = isLeft(world, record)
  if (!resumed && record.state !== 'PLANNED' && record.state !== 'APPROVED') return undefined
  // planned anew since it was looked at, or no longer approved: that is another question
  if (!resumed && (record.planned.plan !== plan || permission(world, record) !== undefined)) return undefined
  const { action } = record.planned.prepared
  const level = record.planned.decision.level ?? action.level
  const approvals = approvalsOf(book, record.planned.plan, clock.now())
  const automatic = approvals.length === 0 && (record.started?.automatic ?? true)
  const account = action.target.accountId
  const subject = subjectOfAction(action)
  const reason =
    automatic && !resumed ? budgetReason({ action, settings, book, now: clock.now(), level }) : undefined
  if (reason) {
    const data = { subject, account, reason, ...(action.tier === 0 && { restores: true as const }) }
    return { kind: 'budget', action: id, data }
  }
  return {
    kind: 'started',
    action: id,
    data: {
      worker: settings.worker,
      lease: leaseOf(world),
      automatic,
      approvers: approvals.map(({ approver }) => approver),
      subject,
      account,
      level: action.level,
    },
  }
}

const BREAKER_SECONDS = 3600

/** Opens the circuit breaker, once; who opened it tells people. It leads to approval, never to nothing. */
const openBreaker = async (
  world: ContainWorld,
  { account, reason, restores }: EntryData['budget'],
): Promise<readonly Finding[]> => {
  const now = world.clock.now()
  const until = later(now, BREAKER_SECONDS)
  const opened = await world.ledger.append((book) =>
    isBreakerOpen(book, account, now, restores ?? false)
      ? undefined
      : { kind: 'breaker', data: { account, until, reason, ...(restores && { restores }) } },
  )
  if (!opened) return []
  const detail = `${reason}. Until ${until} people approve; the rest is for critical findings`
  return [
    notice('containment-budget-spent', {
      about: `${account} ${until}`,
      time: now,
      detail,
      accountId: account,
    }),
  ]
}
