import type { Finding } from '../finding.ts'
import { calledWith, type Draft } from './entries.ts'
import { holding, holdsNow, LeaseLost, leaseOf, outputsOf, type Run, recordOf, routeOf } from './execute.ts'
import { noticeOf } from './notice.ts'
import { targetObjection } from './prepare.ts'
import { withAnswers } from './resolve.ts'
import { type ContainWorld, secondsBetween } from './world.ts'

/** Faster than somebody who undoes by hand or in a loop, for longer than IAM takes to enforce. */
const TIMES_A_SECOND = 5
const FOR_SECONDS = 15
/** Held this long at the end, whoever undid it is out. */
const STEADY_SECONDS = 5
/** A clock that stands or goes back ends nothing: then rounds count. */
const MOST_ROUNDS = TIMES_A_SECOND * FOR_SECONDS

/**
 * Somebody undoes a containment that was made: it is made again, five times a second for 15 seconds, each call with its intent in the ledger. Held during
 * the last five seconds, it counts as applied from now, to be verified from the start; else it is TAMPERED. Tells people of it in both cases.
 */
export const reassert = async (world: ContainWorld, id: string): Promise<readonly Finding[]> => {
  const entry = await world.ledger.append((book): Draft | undefined => {
    const { state, started } = book.actions.get(id)!
    if ((state !== 'APPLIED' && state !== 'VERIFIED') || !started) return undefined
    const { at: _at, sequence: _sequence, ...before } = started
    const data = { ...before, worker: world.settings.worker, lease: leaseOf(world) }
    return { kind: 'started', action: id, data }
  })
  if (!entry) return []
  try {
    return await fight({ world, id, token: entry.sequence })
  } catch (error) {
    if (error instanceof LeaseLost) return []
    throw error
  }
}

const fight = async (run: Run): Promise<readonly Finding[]> => {
  const { world, id } = run
  const begun = world.clock.now()
  const { action } = recordOf(world, id).planned.prepared
  let times = 0
  let steadySince = begun
  let steadyRounds = 0
  for (let round = 0; ; round++) {
    const { holds } = await holdsNow(world, id)
    const now = world.clock.now()
    if (holds !== 'yes') steadySince = now
    steadyRounds = holds === 'yes' ? steadyRounds + 1 : 0
    if (secondsBetween(begun, now) >= FOR_SECONDS || round >= MOST_ROUNDS) break
    if (holds === 'no') {
      const target = await targetObjection(action, world.responder)
      if (target?.other) return giveUp(run, times, target.reason)
      if (!target) await again(run)
      times++
    }
    await world.sleep(1000 / TIMES_A_SECOND)
  }
  const steady = secondsBetween(steadySince, world.clock.now()) >= STEADY_SECONDS
  return conclude(run, times, steady || steadyRounds > STEADY_SECONDS * TIMES_A_SECOND)
}

/** Makes every call of the way that was taken once more. */
const again = async (run: Run): Promise<void> => {
  const { world, id } = run
  const record = recordOf(world, id)
  const { way } = record
  const outputs = outputsOf(record, way)
  for (const [step, call] of routeOf(record.planned.prepared.action, way).calls.entries()) {
    const concrete = { ...call, input: withAnswers(call.input, outputs) }
    const place = { phase: 'reassert', way, step } as const
    const lease = leaseOf(world)
    await holding(run, () => ({ kind: 'calling', action: id, data: { ...place, call: concrete, lease } }))
    const answer = await world.responder.call(concrete)
    await holding(run, () => ({ kind: 'called', action: id, data: calledWith(place, answer) }))
  }
}

/** It does not hold, or its name belongs to somebody else by now, whom nothing may be done to. */
const giveUp = async (run: Run, times: number, reason: string): Promise<readonly Finding[]> => {
  const { world, id } = run
  const { action } = recordOf(world, id).planned.prepared
  await holding(run, () => ({ kind: 'reasserted', action: id, data: { times, holds: false } }))
  await world.ledger.append(() => ({ kind: 'tampered', action: id, data: { reason } }))
  return [noticeOf('containment-tampered', action, world.clock.now(), `${reason}. Act outside the account`)]
}

const conclude = async (run: Run, times: number, holds: boolean): Promise<readonly Finding[]> => {
  const { world, id } = run
  const { action } = recordOf(world, id).planned.prepared
  if (!holds)
    return giveUp(
      run,
      times,
      `undone again and again: made ${times} times in ${FOR_SECONDS} s, and it does not hold`,
    )
  await holding(run, () => ({ kind: 'reasserted', action: id, data: { times, holds } }))
  const detail = `somebody undid it; made ${times} more time${times === 1 ? '' : 's'}, it holds now`
  return [noticeOf('containment-tampered', action, world.clock.now(), detail)]
}
