import type { ContainmentAction } from '../action.ts'
import type { Draft } from './entries.ts'
import type { ActionRecord, Approval, Book } from './fold.ts'
import { type Arn, lastOf, parseArn } from './ids.ts'
import { type ContainWorld, later } from './world.ts'

/** Who approves, as AWS itself says: GetCallerIdentity, or the signature of the request. */
export interface Approver {
  readonly arn: string
  /** `AIDA...`, or `AROA...:session`. */
  readonly userId?: string
  readonly accessKeyId?: string
}

/** Nothing new, and nothing wrong either: what was approved may still have to be begun. */
export const APPROVED_ALREADY = 'this approver has approved this plan already'

/** Approvals of a plan that still count, each person once. */
export const approvalsOf = ({ approvals }: Book, plan: string, now: string): readonly Approval[] => {
  const counted: Approval[] = []
  for (const one of approvals.get(plan) ?? [])
    if (one.expires > now && !counted.some((other) => isSamePerson(one, other))) counted.push(one)
  return counted
}

/** A user, and a role that the same user assumed, are one person. */
const isSamePerson = (a: Approval, b: Approval): boolean =>
  a.identity === b.identity || usersOf(a).some((user) => usersOf(b).includes(user))

const usersOf = ({ approver, users = [] }: Approval): readonly string[] => [approver, ...users].filter(isUser)

/** Names that belong to one user: not the role, not the service that stands between. */
const isUser = (name: string): boolean => /^(?:AIDA|AKIA)|^arn:[^:]*:iam::\d*:(?:user\/|root$)/.test(name)

/**
 * Records that somebody approves a plan, bound to its hash. Answers `undefined`, or why it does not count: no such plan (it changed, or was never
 * recorded), nothing in it that waits, the approver is who it contains or was made by them (`descendants`: ids, keys and ARNs of
 * the subjects' session graph), or has approved already. `makers`: whose credentials made the approver's session; who shares a user with another
 * approver counts once with them.
 */
export const approvePlan = async (
  { ledger, clock, settings }: ContainWorld,
  plan: string,
  approver: Approver,
  descendants: ReadonlySet<string> = new Set(),
  makers: ReadonlySet<string> = new Set(),
): Promise<string | undefined> => {
  const { userId = '', accessKeyId = '' } = approver
  const users = [...makers, userId, accessKeyId].filter(isUser)
  let objection: string | undefined
  await ledger.append((book): Draft | undefined => {
    const now = clock.now()
    objection = refuseApproval(book, plan, approver, descendants, now)
    if (objection) return undefined
    const expires = later(now, settings.approvalMinutes * 60)
    return {
      kind: 'approved',
      data: {
        plan,
        approver: approver.arn,
        identity: identityOfApprover(approver),
        expires,
        ...(users.length > 0 && { users }),
      },
    }
  })
  return objection
}

const refuseApproval = (
  book: Book,
  plan: string,
  approver: Approver,
  descendants: ReadonlySet<string>,
  now: string,
): string | undefined => {
  const records = [...book.actions.values()].filter((record) => record.planned.plan === plan)
  if (records.length === 0)
    return `no plan with hash ${plan.slice(0, 64)} is recorded: it was changed, replaced or never recorded`
  const waiting = records.filter(({ state }) => state === 'PLANNED' || state === 'APPROVED')
  if (waiting.length === 0) return 'nothing of this plan waits for approval'
  const identity = identityOfApprover(approver)
  const names = namesOfApprover(approver)
  if (waiting.some((record) => concerns(record, names))) return 'the approver is who the plan contains'
  if (names.some((name) => descendants.has(name)))
    return 'the approver works with credentials that the contained principal made'
  if (identity === '')
    return `the approver is no principal of AWS that is one person: ${approver.arn.slice(0, 100)}`
  return approvalsOf(book, plan, now).some((one) => one.identity === identity) ? APPROVED_ALREADY : undefined
}

/**
 * What makes two approvers two people. A session name is chosen by who assumes the role, so two sessions of a role are one; in IAM Identity Center it is the
 * user, and the role is shared.
 */
export const identityOfApprover = ({ arn }: Approver): string => {
  const parsed = parseArn(arn)
  if (!parsed) return ''
  const [kind, role = '', session = ''] = parsed.resource.split('/')
  // whoever asks for a federated session chooses its name: one person could be any number
  if (kind === 'federated-user') return ''
  if (kind !== 'assumed-role') return arn
  const name = role.startsWith('AWSReservedSSO_') ? `${role}/${session}` : role
  return `${parsed.accountId}:role/${name}`
}

const namesOfApprover = ({ arn, userId = '', accessKeyId = '' }: Approver): readonly string[] =>
  [
    arn,
    userId,
    userId.split(':')[0]!,
    accessKeyId,
    identityOfApprover({ arn }),
    ...userNames(parseArn(arn)),
  ].filter((name) => name !== '')

/** A user whatever its path and partition: an account has a user name once. */
const userNames = (arn: Arn | undefined): readonly string[] =>
  arn?.resource.startsWith('user/') ? [`${arn.accountId}:user/${lastOf(arn.resource)}`] : []

/** Is it who the action contains, by any of the names AWS knows them by? */
export const isContained = (record: ActionRecord, who: Approver): boolean =>
  concerns(record, namesOfApprover(who))

/** Names of who an action contains, as approval knows them. */
export const namesContained = ({ planned }: ActionRecord): readonly string[] =>
  subjectNames(planned.prepared.action)

const concerns = ({ planned }: ActionRecord, names: readonly string[]): boolean =>
  subjectNames(planned.prepared.action).some((name) => names.includes(name))

/** Everybody a plan contains, by all the names approval knows them by. */
export const subjectsOf = (book: Book, plan: string): readonly string[] =>
  [...book.actions.values()]
    .filter((record) => record.planned.plan === plan)
    .flatMap(({ planned }) => subjectNames(planned.prepared.action))

const subjectNames = ({ target, quiet }: ContainmentAction): readonly string[] => {
  const { id, arn, accountId, name, kind } = target
  const parsed = parseArn(arn)
  const role = parsed?.resource.startsWith('role/')
    ? lastOf(parsed.resource)
    : kind === 'role'
      ? name
      : undefined
  const owner = kind === 'access-key' && name ? [`${accountId}:user/${name}`] : []
  return [
    id,
    ...owner,
    ...(arn === undefined ? [] : [arn]),
    ...userNames(parsed),
    ...(role === undefined ? [] : [`${accountId}:role/${role}`]),
    ...[quiet?.accessKeyId, quiet?.principalId].filter((one) => one !== undefined),
  ]
}
