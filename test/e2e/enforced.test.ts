import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enforcedAccount } from '../support/enforced-account.ts'
import { ministackCommand, startEmulator } from './emulator.ts'

const command = ministackCommand()
if (!command) console.warn('test on enforced IAM skipped: MiniStack is not installed')

describe.skipIf(!command)('containment on IAM that MiniStack enforces', () => {
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let on: ReturnType<typeof enforcedAccount>
  beforeAll(async () => {
    emulator = await startEmulator(command!, () => undefined, { AUTH: 'true' })
    on = enforcedAccount(emulator.endpoint, { accessKeyId: 'test', secretAccessKey: 'test' })
  })
  afterAll(async () => emulator?.stop())

  it('an inactive key opens nothing, and opens again what it did when it is released', async () => {
    const eve = await on.user('eve')
    const world = on.worldOf()
    expect(await on.mayCall(eve.key)).toBe(true)
    const before = await on.stateOfUser('eve')
    const action = await on.contained(world, on.identityOf(eve), 'deactivate-access-key')
    expect(await on.mayCall(eve.key)).not.toBe(true)
    expect(await on.released(world, action)).toEqual({ state: 'RELEASED' })
    expect(await on.stateOfUser('eve')).toEqual(before)
    expect(await on.mayCall(eve.key)).toBe(true)
  })

  it('revoked sessions are the ones from before the time, and no later one', async () => {
    const as = await on.role('backup')
    const old = await on.session('backup', 'nightly')
    const world = on.worldOf()
    const before = await on.stateOfRole('backup')
    expect(await on.mayCall(old)).toBe(true)
    const action = await on.contained(world, as('nightly', old), 'revoke-role-sessions')
    expect(await on.mayCall(old)).toMatch(/AccessDenied/)
    await new Promise((resolve) => setTimeout(resolve, 7000))
    expect(await on.mayCall(await on.session('backup', 'nightly'))).toBe(true)
    expect(await on.mayCall(old)).toMatch(/AccessDenied/)
    expect(await on.released(world, action)).toEqual({ state: 'RELEASED' })
    expect(await on.stateOfRole('backup')).toEqual(before)
  })

  it('one denied session leaves its siblings alone', async () => {
    const as = await on.role('shared')
    const [bad, good] = [await on.session('shared', 'stolen'), await on.session('shared', 'at-work')]
    await on.contained(on.worldOf(), as('stolen', bad), 'deny-role-session')
    expect(await on.mayCall(bad)).toMatch(/AccessDenied/)
    expect(await on.mayCall(good)).toBe(true)
  })
})
