import type { Finding } from '../finding.ts'
import type { Outcome } from './apply.ts'
import { CHECKPOINTS, verifyAction } from './verify.ts'
import type { ContainWorld } from './world.ts'

/**
 * The first look at what was just done, ten seconds after, when IAM enforces it: who undoes it at once is met at once. The later looks are left to
 * whoever sweeps. Answers what people must see.
 */
export const firstLook = async (
  world: ContainWorld,
  outcomes: readonly Outcome[],
): Promise<readonly Finding[]> => {
  const applied = outcomes.filter(({ state }) => state === 'APPLIED')
  if (applied.length === 0) return []
  await world.sleep(CHECKPOINTS[0] * 1000)
  const notices: Finding[] = []
  for (const { action } of applied) notices.push(...(await lookedAt(world, action)))
  return notices
}

/** Nothing that goes wrong here may keep from people what was done: the sweep looks again. */
const lookedAt = async (world: ContainWorld, action: string): Promise<readonly Finding[]> => {
  try {
    return (await verifyAction(world, action)).notices
  } catch {
    return []
  }
}
