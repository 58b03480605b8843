import type { ActionState } from '../../lib/containment/entries.ts'
import { releaseAction, undoCalls } from '../../lib/containment/release.ts'
import { sweepContainment } from '../../lib/containment/sweep.ts'
import { nextCheck } from '../../lib/containment/verify.ts'
import { secondsBetween } from '../../lib/containment/world.ts'
import type { Attacker } from './attacker.ts'
import { backAsBefore } from './compare.ts'
import { actionsOf, attackersKeys, type Scene, statesOf } from './scene.ts'
import type { Stage } from './stage.ts'
import { after, keyLine, some, undoneLines } from './tell.ts'

/** Looks at actions that become due within this are one look. */
const TOGETHER_MS = 2000

/** 6: VERIFIED is said when it is true. `zero`: when the first call was made, seconds since the attacker began. */
export const verifyIt = async (scene: Scene, zero: number, attacker: Attacker): Promise<void> => {
  const { stage, tell, claim } = scene
  const { world, time } = stage
  tell.step('Verified, when it is true')
  const elapsed = () => (time.millis() - attacker.began) / 1000 - zero
  let quiet = 0
  for (let due = firstDue(stage); due !== undefined; due = firstDue(stage)) {
    await time.sleep(Math.max(0, secondsBetween(time.now(), due) * 1000) + TOGETHER_MS)
    const began = elapsed()
    // a simulated clock moves when somebody waits: several who wait at once would make it run ahead
    const { outcomes, notices } = await sweepContainment(world, stage.eventsSince, { sideBySide: 1 })
    for (const { rule } of notices) tell.bad(`${rule.level}: ${rule.title}`)
    const few =
      outcomes.length < actionsOf(stage).length && outcomes.every(({ state }) => state === 'APPLIED')
    if (few) quiet++
    else tell.line(`${span(began, elapsed())}: ${lookLine(outcomes)}`)
  }
  if (quiet > 0)
    tell.line(`${some(quiet, 'look')} in between at what was made again, each from its own time on: it held`)
  for (const key of attackersKeys(scene)) tell.line(keyLine(key, attacker.attempts, zero))
  if (scene.kind === 'undo')
    tell.line(`The last time: ${undoneLines(attacker.attempts, zero).at(-1) ?? 'never'}`)
  claim(
    'everything ends verified',
    statesOf(stage).every((state) => state === 'VERIFIED'),
  )
  claim('nothing was called verified while the attacker could act', neverTooEarly(attacker))
}

const firstDue = (stage: Stage): string | undefined =>
  actionsOf(stage)
    .flatMap((record) => nextCheck(record) ?? [])
    .toSorted()[0]

const span = (from: number, to: number): string =>
  to - from < 5 ? after(from) : `${after(from)} to ${after(to)}`

const lookLine = (outcomes: readonly { readonly state: ActionState }[]): string => {
  const verified = outcomes.filter(({ state }) => state === 'VERIFIED').length
  const hold = outcomes.filter(({ state }) => state === 'APPLIED').length + verified
  const said = verified === 0 ? 'none is called VERIFIED yet' : `${verified} VERIFIED`
  return `looked at ${outcomes.length}, ${hold} hold, ${said}`
}

const neverTooEarly = ({ attempts }: Attacker): boolean =>
  attempts.every(({ denied, said }) => denied !== undefined || !said.includes('VERIFIED'))

/** 8: everything is put back. */
export const releaseIt = async ({ stage, tell, claim }: Scene, by: string): Promise<void> => {
  tell.step('Released: everything as it was before')
  for (const record of actionsOf(stage).toReversed()) {
    const { title } = record.planned.prepared.action
    const undo = undoCalls(record).map(({ service, operation }) => `${service}:${operation}`)
    const { state, reason } = await releaseAction(stage.world, record.id, {
      by,
      activateKeys: true,
      early: true,
    })
    if (state === 'RELEASED') tell.good(`${state}  ${title} (${undo.join(', ')})`)
    else tell.bad(`${state}  ${title}: ${reason ?? ''}`)
  }
  const { equal, renamed, differs } = backAsBefore(stage.example.account, stage.account.state())
  if (equal) tell.good('The account equals what it was before: every key, every policy, every setting.')
  else for (const name of differs) tell.bad(`differs from before: ${name}`)
  for (const { before, after: now } of renamed)
    tell.aside(`Only AWS gives a rule that is put back a new id: ${before} is ${now} now.`)
  tell.aside('In a real incident a stolen key is replaced. Release makes one active again only when told to.')
  claim(
    'everything was released',
    statesOf(stage).every((state) => state === 'RELEASED'),
  )
  claim('the account is as it was before', equal)
}
