import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SimulatedAccount, simulatedAccount } from '../../lib/local/simulated-account/server.ts'
import type { AccountState, SimulatedPrincipal } from '../../lib/local/simulated-account/state.ts'
import { trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-contain-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
const principal = (kind: 'User' | 'Role', name: string, id: string, key: string): SimulatedPrincipal => ({
  kind,
  name,
  path: '/',
  id,
  attached: [ADMIN],
  inline: {},
  keys: { [key]: 'Active' },
})

const STATE: AccountState = {
  accountId: '111122223333',
  principals: [
    principal('User', 'build-deploy', 'AIDAEXAMPLEBUILDDEPLO', 'AKIAEXAMPLEBUILD0001'),
    principal('User', 'svc-backup-admin', 'AIDAEXAMPLESVCBACKUPA', 'AKIAEXAMPLEBACKUP001'),
    principal('Role', 'responder', 'AROAEXAMPLERESPONDER', 'ASIAEXAMPLERESPONDER'),
  ],
  trails: [
    {
      arn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/management-events',
      name: 'management-events',
      logging: false,
    },
  ],
  buckets: [{ name: 'example-customer-exports', public: true }],
  snapshots: [{ id: 'snap-0e5f60718293a4b5c', region: 'eu-west-1', shared: ['444455556666'] }],
  rules: [],
}

let account: SimulatedAccount
let ledger = ''
let files = 0
beforeEach(async () => {
  account = await simulatedAccount({ state: structuredClone(STATE), now: () => Date.now() })
  ledger = join(dir, `ledger-${++files}.jsonl`)
})
afterEach(() => account.close())

const contain = (args: readonly string[], key = 'ASIAEXAMPLERESPONDER') =>
  trailwarden(['contain', ...args, '--ledger', ledger], {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_REGION: 'us-east-1',
  })

const changes = () =>
  account
    .events()
    .filter(
      ({ eventName, errorCode }) => !errorCode && !/^(?:Get|List|Describe|Lookup)/.test(String(eventName)),
    )

const planned = async (): Promise<string> => {
  const { stdout } = await contain(['plan', 'examples/incident', '--format', 'json'])
  return JSON.parse(stdout).hash
}

const statesOf = async () => {
  const { stdout } = await trailwarden(['contain', 'status', '--ledger', ledger, '--format', 'json'])
  return JSON.parse(stdout) as {
    id: string
    title: string
    state: string
    undo: string[]
    expires?: string
  }[]
}

describe('contain, from plan to release', () => {
  it('plans on the state of the account and changes nothing', async () => {
    const hash = await planned()
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(changes()).toEqual([])
    const states = await statesOf()
    expect(states.length).toBeGreaterThanOrEqual(4)
    // the ingress rules are not in this account: there is nothing to revoke
    expect(
      states.filter(({ state }) => state !== 'PLANNED').map(({ title, state }) => [title, state]),
    ).toEqual([['Revoke the ingress rules added to sg-0c9d8e7f6a5b4c3d2 in eu-west-1', 'ALREADY']])
  })

  it('applies only what was approved, shows how to undo it, and puts it back exactly', async () => {
    const hash = await planned()
    const before = await contain(['apply', hash])
    expect(before.status).toBe(1)
    expect(before.stdout).toContain('it waits for approval: 0 of 1')
    expect(changes()).toEqual([])

    const approved = await contain(['approve', hash.slice(0, 8)])
    expect(approved.stdout).toBe(`approved by arn:aws:iam::111122223333:role/responder: plan ${hash}\n`)
    const applied = await contain(['apply', hash.slice(0, 8)])
    expect(applied.stdout).not.toMatch(/FAILED|REFUSED|PARTIAL/)
    expect(applied.status).toBe(0)
    const build = account.state().principals.find(({ name }) => name === 'build-deploy')!
    expect(build).toMatchObject({
      keys: { AKIAEXAMPLEBUILD0001: 'Inactive' },
      attached: [ADMIN, 'arn:aws:iam::aws:policy/AWSDenyAll'],
    })

    const table = await trailwarden(['contain', 'status', '--ledger', ledger])
    expect(table.stdout).toContain('aws iam detach-user-policy --user-name build-deploy')
    const count = changes().length
    await contain(['apply', hash])
    expect((await contain(['verify', '--once'])).status).toBe(0)
    expect(changes()).toHaveLength(count)

    const lasting = (await statesOf()).filter(({ state }) => state !== 'ALREADY')
    expect(new Set(lasting.map(({ state }) => state))).toEqual(new Set(['APPLIED']))
    for (const { id } of lasting.toReversed()) {
      const released = await contain(['release', id, '--early', '--activate-keys'])
      expect(released.stdout).toContain('RELEASED')
    }
    expect(account.state()).toEqual(STATE)
  })

  it('takes no approval from the user it is about', async () => {
    const hash = await planned()
    const refused = await contain(['approve', hash], 'AKIAEXAMPLEBUILD0001')
    expect(refused.stdout).toBe('not approved: the approver is who the plan contains\n')
    expect(refused.status).toBe(1)
  })

  it('takes none from a session that the logs show as made by who is contained, and says how many still live', async () => {
    await account.close()
    const console: SimulatedPrincipal = {
      ...principal('Role', 'console', 'AROAEXAMPLECONSOLE0000', 'ASIAEXAMPLEWHAMEC454'),
    }
    account = await simulatedAccount({
      state: { ...structuredClone(STATE), principals: [...structuredClone(STATE.principals), console] },
      now: () => Date.now(),
    })
    const { stdout, stderr } = await contain([
      'plan',
      'examples/incident',
      '--session-graph',
      '--format',
      'json',
    ])
    expect(stderr).toContain('session graph: 0 live role sessions were made with what the plan contains')
    const { hash } = JSON.parse(stdout)
    // the console session of the new user, by its key
    const refused = await contain(['approve', hash, '--logs', 'examples/incident'], 'ASIAEXAMPLEWHAMEC454')
    expect(refused.stdout).toBe(
      'not approved: the approver works with credentials that the contained principal made\n',
    )
    const approved = await contain(['approve', hash, '--logs', 'examples/incident'])
    expect(approved.stdout).toContain('approved by arn:aws:iam::111122223333:role/responder')
  })

  it('touches nothing in an account that the credentials are not of', async () => {
    await account.close()
    account = await simulatedAccount({
      state: { ...structuredClone(STATE), accountId: '444455556666' },
      now: () => Date.now(),
    })
    const { stdout } = await contain(['plan', 'examples/incident', '--format', 'json'])
    expect(JSON.parse(stdout).actions).toEqual([])
    expect(stdout).toContain('the credentials are of account 444455556666')
  })
})

describe('a ledger that cannot be trusted', () => {
  it('is named, with the entry, and nothing goes on', async () => {
    await planned()
    writeFileSync(
      ledger,
      readFileSync(ledger, 'utf8').replace('deactivate-access-key', 'deactivate-access-ke_'),
    )
    const { status, stderr } = await contain(['status'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/ledger-\d+\.jsonl: entry \d+: its content was changed/)
  })

  it('that is not there is no empty one', async () => {
    const { status, stderr } = await trailwarden(['contain', 'status', '--ledger', join(dir, 'typo.jsonl')])
    expect(status).toBe(2)
    expect(stderr).toContain('no such ledger')
  })

  it('does not guess which plan is meant', async () => {
    await planned()
    expect((await contain(['apply', '00000000'])).stderr).toContain('no such plan in the ledger')
    expect((await contain(['apply', 'ab'])).stderr).toContain('give at least 8 characters')
  })
})
