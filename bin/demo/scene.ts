import { applyPlan } from '../../lib/containment/apply.ts'
import { approvePlan } from '../../lib/containment/approve.ts'
import { recordPlan } from '../../lib/containment/contain.ts'
import type { ActionState } from '../../lib/containment/entries.ts'
import type { ActionRecord } from '../../lib/containment/fold.ts'
import { releaseAction, undoCalls } from '../../lib/containment/release.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { nextCheck } from '../../lib/containment/verify.ts'
import { secondsBetween } from '../../lib/containment/world.ts'
import { atLeast } from '../../lib/finding.ts'
import type { Outcome } from '../../lib/pipeline.ts'
import { type Attacker, type AttackerKind, attack } from './attacker.ts'
import { backAsBefore } from './compare.ts'
import { LAG_SECONDS, type Stage } from './stage.ts'
import { after, keyLine, some, type Tell } from './tell.ts'

/** One thing the demo claims, and whether it was so. */
export interface Claim {
  readonly claim: string
  readonly held: boolean
}

export interface Played {
  readonly claims: readonly Claim[]
  readonly attacker: Attacker
  readonly plan: string
}

export interface Scene {
  readonly stage: Stage
  readonly tell: Tell
  readonly outcome: Outcome
  readonly kind: AttackerKind
}

/** What the scene is in the middle of. */
interface Act extends Scene {
  readonly claim: (claim: string, held: boolean) => void
}

/**
 * The containment of the example incident, from findings to released, told as it goes. Every claim is looked up in the ledger or in the account, not
 * in what was printed. `beforeRelease` is called while everything is still contained: that is the time for the report.
 */
export const play = async (scene: Scene, beforeRelease: () => Promise<void>): Promise<Played> => {
  const claims: Claim[] = []
  const act: Act = { ...scene, claim: (claim, held) => void claims.push({ claim, held }) }
  showFindings(act)
  const plan = await makePlan(act)
  const attacker = await stillActing(act)
  await approveIt(act, plan)
  const zero = await applyIt(act, plan, attacker)
  await verifyIt(act, zero, attacker)
  attacker.stop()
  act.tell.step('The incident report')
  await beforeRelease()
  await releaseIt(act)
  return { claims, attacker, plan }
}

const showFindings = ({ tell, outcome, claim }: Act): void => {
  const { counts, findings, integrity } = outcome
  tell.step('Detected in the example trail')
  const { logs } = integrity.summary
  tell.line(
    `${some(counts.events.kept, 'event')} in ${some(counts.files.ingested, 'log file')}; ${logs.valid} of them proven by CloudTrail's signed digests`,
  )
  const critical = findings.filter(({ rule }) => rule.level === 'critical')
  const grave = findings.filter(({ rule }) => atLeast(rule.level, 'high'))
  tell.line(
    `${some(findings.length, 'finding')}, ${grave.length} of them high or critical. The critical ones:`,
  )
  for (const { time, rule, actor } of critical)
    tell.bad(`${time.slice(11, 19)} ${rule.title}: ${actor.name || actor.actor}`)
  claim('every log file that was read is proven', logs.valid === counts.files.ingested && grave.length > 0)
}

const makePlan = async ({ stage, tell, outcome, claim }: Act): Promise<string> => {
  tell.step('Planned, on the state of the account. Nothing is changed yet')
  const recorded = await recordPlan(outcome.plan, outcome.findings, stage.world)
  const { hash, actions, refused } = recorded.plan
  for (const { action, found } of actions) {
    if (found === 'already') tell.aside(`- ${action.title}: it holds already`)
    else tell.line(`- ${action.title}`)
  }
  for (const { target, reason } of refused) tell.aside(`- refused, ${target}: ${reason}`)
  const made = ownChanges(stage)
  tell.line(`plan ${hash.slice(0, 8)}; calls that change the account so far: ${made}`)
  claim('planning changed nothing', made === 0 && stage.world.ledger.book.calls.length === 0)
  return hash
}

const stillActing = async ({ stage, tell, claim, kind }: Act): Promise<Attacker> => {
  const { stolen, attackers } = stage.example.keys
  tell.step('Meanwhile the attacker goes on')
  const attacker = attack(stage, kind)
  await stage.time.sleep(3000)
  for (const key of kind === 'undo' ? [attackers] : [stolen, attackers])
    tell.bad(keyLine(key, attacker.attempts, 0))
  tell.aside('each attempt is an HTTP request to the account, signed with that key')
  claim('the attacker could act before', attacker.attempts.every(isAllowed))
  return attacker
}

const isAllowed = ({ error }: { readonly error?: string }): boolean => error === undefined

const approveIt = async ({ stage, tell, claim }: Act, plan: string): Promise<void> => {
  const { world, example } = stage
  tell.step('Approved, by somebody else')
  const { outcomes } = await applyPlan(world, plan)
  tell.line('applied without approval: nothing is done, everything waits')
  claim(
    'nothing is done before it is approved',
    ownChanges(stage) === 0 && outcomes.every(({ state }) => state === 'PLANNED' || state === 'ALREADY'),
  )
  for (const key of [example.keys.stolen, example.keys.attackers]) {
    const subject = await stage.whoIs(key)
    const refused = await approvePlan(world, plan, subject)
    tell.line(`${subject.arn} approves: refused, ${refused ?? 'it was not'}`)
    claim('who is contained cannot approve it', refused === 'the approver is who the plan contains')
  }
  const approver = await stage.whoIs(example.keys.approver)
  const objection = await approvePlan(world, plan, approver)
  tell.good(`${approver.arn.split('/').at(-1)} approves plan ${plan.slice(0, 8)}: ${objection ?? 'accepted'}`)
  claim('somebody else can approve it', objection === undefined)
}

/** Answers when the last call was answered, seconds since the attacker began. */
const applyIt = async (
  { stage, tell, claim, kind }: Act,
  plan: string,
  attacker: Attacker,
): Promise<number> => {
  const { world, time, example } = stage
  tell.step('Contained')
  const began = time.millis()
  const { outcomes } = await applyPlan(world, plan)
  const done = outcomes.filter(({ state }) => state === 'APPLIED')
  for (const { title } of done) tell.good(`APPLIED  ${title}`)
  for (const { title, state, reason = '' } of outcomes)
    if (state !== 'APPLIED' && state !== 'ALREADY') tell.bad(`${state}  ${title}: ${reason}`)
  tell.line(
    `${some(world.ledger.book.calls.length, 'call')} in ${after((time.millis() - began) / 1000).slice(1)}, each in the ledger before it was made, with its request id after`,
  )
  claim(
    'everything approved was done',
    outcomes.every(({ state }) => state === 'APPLIED' || state === 'ALREADY'),
  )
  const zero = (time.millis() - attacker.began) / 1000
  await time.sleep(7000)
  tell.line(`but IAM enforces a change some ${LAG_SECONDS} seconds after it says yes:`)
  for (const key of kind === 'undo'
    ? [example.keys.attackers]
    : [example.keys.stolen, example.keys.attackers])
    tell.line(keyLine(key, attacker.attempts, zero))
  if (kind === 'undo') showUndone(tell, attacker, zero)
  claim(
    'nothing is called verified yet',
    statesOf(stage).every((state) => state !== 'VERIFIED'),
  )
  return zero
}

const CHANGES = /^(?:Attach|Detach|Update)/

const showUndone = (tell: Tell, { attempts }: Attacker, zero: number): void => {
  for (const { at, operation } of attempts.filter((one) => one.at >= zero && isAllowed(one)))
    if (CHANGES.test(operation)) tell.bad(`${after(at - zero)}  the attacker: ${operation}, allowed`)
}

const verifyIt = async (act: Act, zero: number, attacker: Attacker): Promise<void> => {
  const { stage, tell, claim } = act
  const { world, time } = stage
  tell.step('Verified, when it is true')
  for (;;) {
    const due = lasting(stage).flatMap((record) => nextCheck(record) ?? [])
    if (due.length === 0) break
    const next = due.reduce((first, one) => (one < first ? one : first))
    await time.sleep(Math.max(0, secondsBetween(time.now(), next) * 1000 + 2000))
    const { outcomes, notices } = await sweepContainment(world, stage.eventsSince)
    const verified = outcomes.filter(({ state }) => state === 'VERIFIED').length
    for (const { rule } of notices) tell.bad(`${rule.level}: ${rule.title}`)
    tell.line(
      `${after((time.millis() - attacker.began) / 1000 - zero)}: ${outcomes.length} looked at, ${holding(outcomes)} hold, ${verified} called VERIFIED`,
    )
  }
  const states = statesOf(stage)
  claim(
    'everything ends verified',
    states.every((state) => state === 'VERIFIED'),
  )
  claim('it was never called verified while the attacker could act', neverTooEarly(attacker))
}

const holding = (outcomes: readonly { readonly state: ActionState }[]): number =>
  outcomes.filter(({ state }) => state === 'APPLIED' || state === 'VERIFIED').length

const neverTooEarly = ({ attempts }: Attacker): boolean =>
  attempts.every((one) => !isAllowed(one) || !one.said.includes('VERIFIED'))

const lasting = ({ world }: Stage): readonly ActionRecord[] =>
  [...world.ledger.book.actions.values()].filter(({ state }) => state !== 'ALREADY')

const statesOf = (stage: Stage): readonly ActionState[] => lasting(stage).map(({ state }) => state)

const releaseIt = async ({ stage, tell, claim }: Act): Promise<void> => {
  tell.step('Released: everything as it was before')
  for (const record of lasting(stage).toReversed()) {
    const { title } = record.planned.prepared.action
    const options = { by: stage.example.breakGlass, activateKeys: true, early: true }
    const { state, reason } = await releaseAction(stage.world, record.id, options)
    const undo = undoCalls(record).map(({ service, operation }) => `${service}:${operation}`)
    if (state === 'RELEASED') tell.good(`RELEASED  ${title} (${undo.join(', ')})`)
    else tell.bad(`${state}  ${title}: ${reason ?? ''}`)
  }
  const { equal, renamed, differs } = backAsBefore(stage.example.account, stage.account.state())
  for (const { before, after: now } of renamed)
    tell.aside(`AWS gives a rule that is put back a new id: ${before} is ${now} now`)
  if (equal) tell.good('the account is equal to what it was before, policy by policy and key by key')
  else for (const name of differs) tell.bad(`differs from before: ${name}`)
  tell.aside(
    'a key that really leaked is replaced, not made active again: release does that only when told to',
  )
  claim(
    'everything was released',
    statesOf(stage).every((state) => state === 'RELEASED'),
  )
  claim('the account is as it was before', equal)
}

/** Changing calls that our role made, as the account's own log has them. */
const ownChanges = ({ account, example }: Stage): number =>
  account
    .events()
    .filter(
      ({ userIdentity, readOnly }) =>
        userIdentity?.accessKeyId === example.keys.responder && readOnly !== true,
    ).length
