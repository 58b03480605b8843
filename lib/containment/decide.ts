import type { ContainmentAction } from '../action.ts'
import { atLeast, LEVELS, type Level } from '../finding.ts'
import type { AskingEvent, Decision, EvidenceStatus } from './entries.ts'
import type { Book } from './fold.ts'
import { refusePrincipal } from './guard.ts'
import { PARTITIONS } from './ids.ts'
import { type ContainSettings, secondsBetween } from './world.ts'

/** Services whose changes decide who may do what. */
const ACCESS: ReadonlySet<string> = new Set(['iam', 'organizations', 'sso-admin', 'rolesanywhere'])
/** Targets that are a whole account, or more. */
const WIDE = /^(?:account|organization|organizational-unit|root)/

/** Does somebody lose access? */
export const takesAccess = ({ calls, tier }: ContainmentAction): boolean =>
  tier > 0 && calls.some(({ service }) => ACCESS.has(service))

/** Does it reach a whole account, or more than one? */
export const isAccountWide = ({ target }: ContainmentAction): boolean => WIDE.test(target.kind)

/** The principal or the object that a containment counts for, once however many actions it takes. */
export const subjectOfAction = ({ target }: ContainmentAction): string =>
  target.arn ?? `${target.accountId}:${target.name ?? target.id}`

/** Why the target may not be contained at all, or `undefined`: the owner's list, the ways back in, our own roles, AWS's own. */
export const refuseTarget = (action: ContainmentAction, settings: ContainSettings): string | undefined => {
  const { protectedPrincipals, breakGlass, ownPrincipals } = settings
  return (
    otherAccount(action, settings) ??
    refusePrincipal(
      namesOf(action),
      [...protectedPrincipals, ...breakGlass, ...ownPrincipals],
      action.target.arn === undefined,
    )
  )
}

const otherAccount = (
  { target, calls }: ContainmentAction,
  { accountId = target.accountId }: ContainSettings,
): string | undefined => {
  const reaches = calls.every(({ service }) => service === 'organizations' || service === 'sso-admin')
  return reaches || target.accountId === accountId
    ? undefined
    : `the target is in account ${target.accountId}, the credentials are of account ${accountId}`
}

const namesOf = ({ target }: ContainmentAction): readonly string[] => {
  const { kind, id, name, arn, accountId } = target
  if (arn !== undefined) return [arn, id]
  const noun = kind === 'access-key' ? 'user' : kind
  return [id, ...PARTITIONS.map((partition) => `arn:${partition}:iam::${accountId}:${noun}/${name ?? id}`)]
}

/** What `decide` looks at. */
export interface Question {
  readonly action: ContainmentAction
  readonly settings: ContainSettings
  readonly now: string
  readonly events: readonly AskingEvent[]
  readonly evidence: EvidenceStatus
  /** Ways back in that are alive. */
  readonly breakGlass: number
}

/**
 * May the action be done without asking, and if not, how many people must approve? Pure; the budget is looked at again in the moment the action
 * starts.
 */
export const decide = (question: Question): Decision => {
  const { action, settings } = question
  const why = [
    modeReason(settings),
    tierReason(action, settings),
    ...findingReasons(question),
    wayBackReason(question),
  ].filter((reason) => reason !== undefined)
  const level = levelOf(question)
  return { automatic: why.length === 0, approvers: approversOf(action, why), why, ...(level && { level }) }
}

/** Level, evidence and time must speak for it in one and the same finding: what one lacks, another does not lend it. */
const findingReasons = (question: Question): readonly string[] => {
  const each = askingOf(question).map((event) => reasonsOf(event, question))
  return each.some((reasons) => reasons.length === 0) ? [] : [...new Set(each.flat())]
}

/** The highest level of the findings that speak for it alone. */
const levelOf = (question: Question): Level | undefined => {
  const levels = askingOf(question)
    .filter((event) => reasonsOf(event, question).length === 0)
    .map(({ level }) => level)
  return LEVELS.findLast((level) => levels.includes(level))
}

interface Asking extends Omit<AskingEvent, 'level' | 'evidence'> {
  readonly level: Level
  readonly evidence: EvidenceStatus
}

/** An action without an event has nothing that speaks for it. */
const askingOf = ({ action: { level }, events, evidence }: Question): readonly Asking[] =>
  (events.length > 0 ? events : [{ finding: '', eventID: '', region: '', time: '' }]).map((event) => ({
    ...event,
    level: event.level ?? level,
    evidence: event.evidence ?? evidence,
  }))

const reasonsOf = (
  { level, evidence, time, doubt }: Asking,
  { settings, now }: Question,
): readonly string[] =>
  [levelReason(level, settings), evidenceReason(evidence), staleReason(time, now, settings), doubt].filter(
    (reason) => reason !== undefined,
  )

const approversOf = (action: ContainmentAction, why: readonly string[]): Decision['approvers'] => {
  if (isAccountWide(action) && action.tier > 0) return 2
  return why.length === 0 ? 0 : 1
}

const modeReason = ({ mode }: ContainSettings): string | undefined =>
  mode === 'enforce' ? undefined : `the mode is ${mode}`

const tierReason = (action: ContainmentAction, { automatic }: ContainSettings): string | undefined => {
  if (action.tier === 0) return undefined
  if (isAccountWide(action)) return 'it reaches the whole account: two people approve'
  if (action.tier === 1 || automatic.includes(action.type)) return undefined
  return 'it is wide, or writes a document (tier 2)'
}

const levelReason = (level: Level, { automaticLevel }: ContainSettings): string | undefined =>
  atLeast(level, automaticLevel) ? undefined : `the finding is ${level}, below ${automaticLevel}`

const evidenceReason = (evidence: EvidenceStatus): string | undefined =>
  evidence === 'unverified' ? 'neither a digest nor CloudTrail itself confirms the event yet' : undefined

/** Minutes an event may lie in the future before its time is not believed. */
const AHEAD_MINUTES = 5

const staleReason = (time: string, now: string, { staleMinutes }: ContainSettings): string | undefined => {
  const age = secondsBetween(time, now) / 60
  if (Number.isNaN(age)) return 'the time of the event is not known'
  if (age > staleMinutes) return `the event is ${Math.floor(age)} minutes old`
  return age < -AHEAD_MINUTES ? 'the event lies in the future' : undefined
}

const wayBackReason = ({ action, settings, breakGlass }: Question): string | undefined => {
  if (!takesAccess(action)) return undefined
  if (settings.breakGlass.length === 0) return 'no break-glass principal is configured'
  return breakGlass === 0 ? 'no break-glass principal could be seen alive' : undefined
}

/**
 * Why no more may be done on its own this hour, or `undefined`. A principal that was contained this hour costs nothing more. What puts things
 * back has a budget of its own: whoever stops ten trails uses up nothing that would contain them.
 */
export const budgetReason = ({
  action,
  settings,
  book,
  now,
  level = action.level,
}: Pick<Question, 'action' | 'settings' | 'now'> & {
  readonly book: Book
  /** Of the findings that speak for it; left out, the action's own. */
  readonly level?: Level
}): string | undefined => {
  const account = action.target.accountId
  const restores = action.tier === 0
  const spent = book.charges.filter(
    (one) => one.account === account && one.restores === restores && secondsBetween(one.at, now) < 3600,
  )
  const subjects = new Set(spent.map(({ subject }) => subject))
  if (subjects.has(subjectOfAction(action))) return undefined
  const { perHour, reserved } = settings.budget
  const critical = level === 'critical'
  const open = isBreakerOpen(book, account, now, restores)
  if (open && !critical) return 'the circuit breaker is open: too much was asked for'
  const allowed = critical ? perHour : perHour - reserved
  return subjects.size >= allowed
    ? `${subjects.size} containments on their own in this hour, ${allowed} are allowed`
    : undefined
}

/** Has more been asked for than may go on its own? */
export const isBreakerOpen = ({ breakers }: Book, account: string, now: string, restores: boolean): boolean =>
  breakers.some((one) => one.account === account && (one.restores ?? false) === restores && one.until > now)
