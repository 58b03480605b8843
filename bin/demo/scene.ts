import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import type { ActionState } from '../../lib/containment/entries.ts'
import type { ActionRecord } from '../../lib/containment/fold.ts'
import { atLeast } from '../../lib/finding.ts'
import type { Outcome } from '../../lib/pipeline.ts'
import { type Attacker, type AttackerKind, attack } from './attacker.ts'
import { LAG_SECONDS, type Stage } from './stage.ts'
import { keyLine, some, type Tell, undoneLines } from './tell.ts'

/** One thing the demo claims, and whether it was so. */
export interface Claim {
  readonly claim: string
  readonly held: boolean
}

export interface Scene {
  readonly stage: Stage
  readonly tell: Tell
  readonly outcome: Outcome
  readonly kind: AttackerKind
  /** Claims are looked up in the ledger or in the account, not in what was printed. */
  readonly claim: (claim: string, held: boolean) => void
}

/** 1: what the example trail shows. */
export const showFindings = ({ tell, outcome, claim }: Scene): void => {
  const { counts, findings, integrity } = outcome
  tell.step('Detected')
  const { logs } = integrity.summary
  tell.line(
    `${some(counts.events.kept, 'event')} in ${some(counts.files.ingested, 'log file')} of examples/incident; ${logs.valid} of them proven by CloudTrail's digests`,
  )
  const grave = findings.filter(({ rule }) => atLeast(rule.level, 'high'))
  tell.line(`${some(findings.length, 'finding')}, ${grave.length} of them high or critical. Among them:`)
  const titles = new Map(
    grave.toSorted((a, b) => (a.time < b.time ? -1 : 1)).map((one) => [one.rule.title, one]),
  )
  for (const { time, rule, actor } of titles.values())
    tell.bad(`${time.slice(11, 16)} ${rule.title}${actor.name === '' ? '' : `, by ${actor.name}`}`)
  claim('every log file that was read is proven', logs.valid === counts.files.ingested && grave.length > 0)
}

/** 2: the plan on the state of the account. Answers its hash. */
export const makePlan = async ({ stage, tell, outcome, claim }: Scene): Promise<string> => {
  tell.step('Planned')
  const recorded = await recordPlan(outcome.plan, outcome.findings, stage.world)
  const { hash, actions, refused } = recorded.plan
  for (const { action, found } of actions)
    if (found === 'already') tell.aside(`- ${action.title}: it holds already, nothing to do`)
    else tell.line(`- ${action.title}`)
  for (const { title, target, reason } of refused) tell.aside(`- refused: ${title}, ${target}: ${reason}`)
  const made = ownChanges(stage)
  tell.line(
    `The plan is ${hash.slice(0, 8)}. Changing calls so far: ${made}. Nothing happens before somebody approves it.`,
  )
  claim('planning changed nothing', made === 0 && stage.world.ledger.book.calls.length === 0)
  return hash
}

/** 3: somebody goes on all the time. */
export const stillActing = async (scene: Scene): Promise<Attacker> => {
  const { stage, tell, claim, kind } = scene
  tell.step('Meanwhile the attacker goes on')
  const attacker = attack(stage, kind)
  await stage.time.sleep(3000)
  for (const key of attackersKeys(scene)) {
    const calls = attacker.attempts.filter(
      (one) => one.accessKeyId === key && one.operation === 'ListAccessKeys',
    )
    const denied = calls.filter((one) => one.denied !== undefined)
    tell.bad(`${key} lists the keys of break-glass-admin: ${calls.length} times, denied ${denied.length}`)
  }
  claim(
    'the attacker could act before',
    attacker.attempts.every(({ denied }) => denied === undefined),
  )
  return attacker
}

/** 4: who is contained cannot approve; somebody else can. */
export const approveIt = async ({ stage, tell, claim }: Scene, plan: string): Promise<string> => {
  const { world, example } = stage
  tell.step('Approved by somebody else')
  const { outcomes } = await applyPlan(world, plan)
  tell.line('Applied without approval: nothing is done, everything waits.')
  claim(
    'nothing is done before it is approved',
    ownChanges(stage) === 0 && outcomes.every(({ state }) => state === 'PLANNED' || state === 'ALREADY'),
  )
  for (const key of [example.keys.stolen, example.keys.attackers]) {
    const subject = await stage.whoIs(key)
    const refused = await approvePlan(world, plan, subject)
    tell.line(
      `${subject.arn.split('/').at(-1)} tries to approve: ${refused ? `refused, ${refused}` : 'accepted'}`,
    )
    claim('who is contained cannot approve it', refused === 'the approver is who the plan contains')
  }
  const approver = await stage.whoIs(example.keys.approver)
  const objection = await approvePlan(world, plan, approver)
  const name = approver.arn.split('/').at(-1)!
  if (objection) tell.bad(`${name}: ${objection}`)
  else tell.good(`${name} approves plan ${plan.slice(0, 8)}`)
  claim('somebody else can approve it', objection === undefined)
  return approver.arn
}

/** 5: done, and not yet true. Answers when the first call was made, seconds since the attacker began. */
export const applyIt = async (scene: Scene, plan: string, attacker: Attacker): Promise<number> => {
  const { stage, tell, claim, kind } = scene
  const { world, time } = stage
  tell.step('Contained')
  const { outcomes } = await applyPlan(world, plan)
  for (const { title, state, reason = '' } of outcomes)
    if (state === 'APPLIED') tell.good(`${state}  ${title}`)
    else if (state !== 'ALREADY') tell.bad(`${state}  ${title}: ${reason}`)
  tell.line(
    `${some(world.ledger.book.calls.length, 'call')}, each written to the ledger before it was made and with its request id after`,
  )
  const states = statesOf(stage)
  claim(
    'everything approved was done, and nothing is called verified',
    states.every((state) => state === 'APPLIED'),
  )
  const zero = (Date.parse(world.ledger.book.calls[0]?.at ?? time.now()) - attacker.began) / 1000
  await time.sleep(7000)
  tell.line(
    `IAM shows all of it at once, but enforces it some ${LAG_SECONDS} seconds later. After the first call:`,
  )
  for (const key of attackersKeys(scene)) tell.bad(keyLine(key, attacker.attempts, zero))
  if (kind === 'undo') for (const line of undoneLines(attacker.attempts, zero)) tell.bad(line)
  claim(
    'the attacker could act for some seconds after',
    attacker.attempts.some(({ at, denied }) => at >= zero && denied === undefined),
  )
  return zero
}

/** The keys the attacker of this kind uses. */
export const attackersKeys = ({ kind, stage }: Scene): readonly string[] => {
  const { stolen, attackers } = stage.example.keys
  return kind === 'undo' ? [attackers] : [stolen, attackers]
}

/** Actions that have something to do. */
export const actionsOf = ({ world }: Stage): readonly ActionRecord[] =>
  [...world.ledger.book.actions.values()].filter(({ state }) => state !== 'ALREADY')

export const statesOf = (stage: Stage): readonly ActionState[] => actionsOf(stage).map(({ state }) => state)

/** Changing calls that our role made, as the account's own log has them. */
const ownChanges = ({ account, example }: Stage): number =>
  account
    .events()
    .filter(
      ({ userIdentity, readOnly }) =>
        userIdentity?.accessKeyId === example.keys.responder && readOnly !== true,
    ).length
