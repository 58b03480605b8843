import { releaseIt, verifyIt } from './aftermath.ts'
import type { Attacker } from './attacker.ts'
import { applyIt, approveIt, type Claim, makePlan, type Scene, showFindings, stillActing } from './scene.ts'

export interface Played {
  readonly claims: readonly Claim[]
  readonly attacker: Attacker
}

/** The containment of the example incident, from findings to released, told as it goes. `report` is called while everything is contained. */
export const play = async (of: Omit<Scene, 'claim'>, report: () => Promise<void>): Promise<Played> => {
  const claims: Claim[] = []
  const scene: Scene = { ...of, claim: (claim, held) => void claims.push({ claim, held }) }
  showFindings(scene)
  const plan = await makePlan(scene)
  const attacker = await stillActing(scene)
  const approver = await approveIt(scene, plan)
  const zero = await applyIt(scene, plan, attacker)
  await verifyIt(scene, zero, attacker)
  attacker.stop()
  scene.tell.step('Reported')
  await report()
  await releaseIt(scene, approver)
  return { claims, attacker }
}
