import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallerIdentity } from '../../lib/aws/caller-identity.ts'
import { openLedger } from '../../lib/containment/ledger.ts'
import type { EventsSince } from '../../lib/containment/verify.ts'
import { type ContainWorld, DEFAULTS } from '../../lib/containment/world.ts'
import { fileLedger } from '../../lib/local/ledger.ts'
import { type SimulatedAccount, simulatedAccount } from '../../lib/local/simulated-account/server.ts'
import type { AccountState } from '../../lib/local/simulated-account/state.ts'
import { type SimulatedTime, simulatedTime } from '../../lib/local/simulated-account/time.ts'
import type { Responder } from '../../lib/ports.ts'

/** `account.json` beside the example trail: the account as the incident left it, and who has which key. */
export interface ExampleAccount {
  readonly time: string
  readonly account: AccountState
  readonly keys: {
    readonly stolen: string
    readonly attackers: string
    readonly responder: string
    readonly approver: string
  }
  readonly breakGlass: string
}

/** A simulated account with everybody who plays in it. */
export interface Stage {
  readonly example: ExampleAccount
  readonly account: SimulatedAccount
  readonly time: SimulatedTime
  readonly ledgerFile: string
  readonly world: ContainWorld
  /** Calls signed with a key. They cost no simulated time: whoever makes them is somebody else. */
  readonly as: (accessKeyId: string) => Responder
  readonly whoIs: (accessKeyId: string) => Promise<CallerIdentity>
  readonly eventsSince: EventsSince
}

export const REGION = 'us-east-1'
/** Simulated milliseconds that a call of ours takes. */
const CALL_MS = 50
/** Seconds from a change of IAM to its effect: what has been measured in AWS. */
export const LAG_SECONDS = 4

export const readExample = async (folder: string): Promise<ExampleAccount> =>
  JSON.parse(await readFile(join(folder, 'account.json'), 'utf8')) as ExampleAccount

/** Opens an account on 127.0.0.1 in the state of the example. To be closed. Nothing else is listened on or called. */
export const openStage = async (
  example: ExampleAccount,
  { ledgerFile, speed }: { readonly ledgerFile: string; readonly speed: number },
): Promise<Stage> => {
  const { awsResponder } = await import('../../lib/aws/responder.ts')
  const { API_SERVICES } = await import('../../lib/aws/api/services.ts')
  const { callerIdentity } = await import('../../lib/aws/caller-identity.ts')
  const time = simulatedTime(example.time, speed)
  const account = await simulatedAccount({
    state: example.account,
    now: time.millis,
    lagSeconds: LAG_SECONDS,
  })
  const elsewhere = (accessKeyId: string) => ({
    endpoint: account.endpoint,
    credentials: { accessKeyId, secretAccessKey: 'simulated' },
  })
  const as = (accessKeyId: string): Responder =>
    awsResponder({ services: API_SERVICES, region: REGION, ...elsewhere(accessKeyId) })
  const ours = as(example.keys.responder)
  return {
    example,
    account,
    time,
    ledgerFile,
    as,
    whoIs: (accessKeyId) => callerIdentity(REGION, elsewhere(accessKeyId)),
    eventsSince: async ({ accessKeyId }, since) =>
      accessKeyId === undefined ? undefined : eventsOf(account, accessKeyId, since),
    world: {
      responder: {
        call: async (call) => {
          await time.sleep(CALL_MS)
          return ours.call(call)
        },
      },
      ledger: openLedger(fileLedger(ledgerFile), time),
      clock: time,
      sleep: time.sleep,
      settings: {
        ...DEFAULTS,
        mode: 'approve',
        owner: 'security@example.com',
        accountId: example.account.accountId,
        breakGlass: [example.breakGlass],
        ownPrincipals: ['arn:aws:iam::*:role/trailwarden-responder'],
        worker: 'demo',
      },
    },
  }
}

/** What the account's own log says of a key. */
const eventsOf = (account: SimulatedAccount, accessKeyId: string, since: string) =>
  account
    .events()
    .filter(
      (event) =>
        event.userIdentity?.accessKeyId === accessKeyId && String(event.eventTime) >= since.slice(0, 19),
    )
