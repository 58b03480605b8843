import { AttachUserPolicyCommand, CreateAccessKeyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enforcedAccount } from '../support/enforced-account.ts'
import { hasMoto, startMoto } from '../support/moto.ts'

describe.skipIf(!hasMoto)('containment on IAM that moto enforces (skipped: moto_server is not here)', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>
  let on: ReturnType<typeof enforcedAccount>
  beforeAll(async () => {
    moto = await startMoto({ MOTO_ACCOUNT_ID: '111122223333', MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' })
    const { key } = await enforcedAccount(moto.endpoint, moto.settings.credentials).user('responder')
    await moto.enforce(true)
    on = enforcedAccount(moto.endpoint, key)
  }, 60_000)
  afterAll(() => moto?.stop())

  it('a denied user may do nothing, not even free itself, with any key; releasing takes away what was attached and no more', async () => {
    const mallory = await on.user('mallory')
    const { AccessKey } = await on.iam.send(new CreateAccessKeyCommand({ UserName: 'mallory' }))
    const second = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
    await on.iam.send(
      new AttachUserPolicyCommand({
        UserName: 'mallory',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    )
    const world = on.worldOf()
    const before = await on.stateOfUser('mallory')
    const action = await on.contained(
      world,
      on.identityOf(mallory),
      { type: 'deny-user', of: 'created' },
      {
        // by name: the ids that moto makes do not have the shape of AWS's
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateLoginProfile',
        requestParameters: { userName: 'mallory' },
      },
    )
    for (const key of [mallory.key, second]) expect(await on.mayCall(key)).toMatch(/AccessDenied/)
    const undo = await on.responderOf(mallory.key).call({
      service: 'iam',
      operation: 'DetachUserPolicy',
      input: { UserName: 'mallory', PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' },
    })
    expect(undo).toMatchObject({ error: expect.stringMatching(/AccessDenied/) })
    expect(await on.released(world, action)).toEqual({ state: 'RELEASED' })
    expect(await on.stateOfUser('mallory')).toEqual(before)
    expect(await on.mayCall(second)).toBe(true)
  })

  it('a denied role opens nothing, to no session', async () => {
    const as = await on.role('wide')
    const bad = await on.session('wide', 'one')
    const world = on.worldOf()
    const before = await on.stateOfRole('wide')
    const action = await on.contained(world, as('one', bad), 'deny-role')
    expect(await on.mayCall(bad)).toMatch(/AccessDenied/)
    expect(await on.mayCall(await on.session('wide', 'two'))).toMatch(/AccessDenied/)
    expect(await on.released(world, action)).toEqual({ state: 'RELEASED' })
    expect(await on.stateOfRole('wide')).toEqual(before)
    expect(await on.mayCall(bad)).toBe(true)
  })
})
