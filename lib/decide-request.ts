import * as z from 'zod/mini'
import {
  APPROVED_ALREADY,
  type Approver,
  approvalsOf,
  approvePlan,
  isContained,
  namesContained,
  subjectsOf,
} from './containment/approve.ts'
import type { ContainWorld } from './containment/world.ts'

/** What to answer, and what to have done. */
export interface DecisionAnswer {
  readonly status: number
  readonly answer: object
  readonly order?: object
}

const REQUEST = z.union([
  z.strictObject({ approve: z.string() }),
  z.strictObject({
    release: z.string(),
    activateKeys: z.optional(z.boolean()),
    early: z.optional(z.boolean()),
  }),
  z.strictObject({ status: z.literal(true) }),
])

const EXPECTED =
  'expected POST with {"approve": "PLAN HASH"}, {"release": "ACTION ID", "activateKeys": false, "early": false} or {"status": true}'

/** Who made the approver's session, by its access key: nobody approves with credentials that the contained principal made. */
export type MintedBy = (accessKeyId: string) => Promise<ReadonlySet<string>>

/** A request as it came in, with who signed it. */
export interface SignedRequest {
  readonly method: string
  readonly body: string
  /** Who signed it, as AWS says; nothing when AWS does not say. */
  readonly signer?: Approver
}

/**
 * Decides on one signed request. The caller is who AWS says it is; without that the answer is 403, whatever the body says. Approval is
 * bound to the hash of the plan; two people count as two only when AWS tells them apart. A GET decides nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export const decideRequest = async (
  { method, body, signer }: SignedRequest,
  world: ContainWorld,
  mintedBy: MintedBy,
): Promise<DecisionAnswer> => {
  if (!signer?.arn)
    return { status: 403, answer: { error: 'the request is not signed by a principal of AWS' } }
  if (method !== 'POST') return { status: 405, answer: { error: EXPECTED } }
  const read = z.safeParse(REQUEST, jsonOf(body))
  if (!read.success) return { status: 400, answer: { error: EXPECTED } }
  if ('status' in read.data) return { status: 200, answer: await statusOf(world) }
  if (world.settings.mode === 'observe')
    return {
      status: 409,
      answer: { error: 'the mode is observe: nothing is approved and nothing is called' },
    }
  if ('release' in read.data) return release(read.data, signer, world, mintedBy)
  return approve(read.data.approve, signer, world, mintedBy)
}

const UNKNOWN_MAKER =
  'nobody knows yet whose credentials made this session: CloudTrail tells some minutes after it began'

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const approve = async (
  plan: string,
  approver: Approver,
  world: ContainWorld,
  mintedBy: MintedBy,
): Promise<DecisionAnswer> => {
  const book = await world.ledger.refresh()
  const makers = await mintedBy(approver.accessKeyId ?? '')
  const made = subjectsOf(book, plan).some((subject) => makers.has(subject))
  const objection = await approvePlan(world, plan, approver, new Set(made ? [approver.arn] : []), makers)
  // the order may have been lost: to ask again does nothing twice
  if (objection === APPROVED_ALREADY)
    return { status: 409, answer: { error: objection }, order: { apply: plan } }
  if (objection) return { status: 409, answer: { error: objection } }
  const approvals = approvalsOf(await world.ledger.refresh(), plan, world.clock.now()).length
  const unknown = makers.size === 0 && approver.accessKeyId?.startsWith('ASIA')
  const note = unknown ? { note: UNKNOWN_MAKER } : {}
  return {
    status: 202,
    answer: { approved: plan, by: approver.arn, approvals, ...note },
    order: { apply: plan },
  }
}

interface ReleaseRequest {
  readonly release: string
  readonly activateKeys?: boolean | undefined
  readonly early?: boolean | undefined
}

const release = async (
  { release: action, ...how }: ReleaseRequest,
  signer: Approver,
  world: ContainWorld,
  mintedBy: MintedBy,
): Promise<DecisionAnswer> => {
  const { actions } = await world.ledger.refresh()
  const record = actions.get(action)
  if (!record) return { status: 404, answer: { error: `action ${action.slice(0, 64)} is not in the ledger` } }
  const makers = await mintedBy(signer.accessKeyId ?? '')
  if (isContained(record, signer) || namesContained(record).some((name) => makers.has(name)))
    return { status: 409, answer: { error: 'the signer is who the action contains, or works for them' } }
  const by = signer.arn
  return { status: 202, answer: { releasing: action, by }, order: { release: action, by, ...how } }
}

const statusOf = async (world: ContainWorld): Promise<object> => {
  const { actions } = await world.ledger.refresh()
  return {
    actions: [...actions.values()].map(({ id, state, planned, applied, note }) => ({
      action: id,
      state,
      title: planned.prepared.action.title,
      plan: planned.plan,
      ...(applied && { applied: applied.at, expires: applied.expires }),
      ...(note !== undefined && { note }),
    })),
  }
}
