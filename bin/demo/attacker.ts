import type { ApiCall } from '../../lib/action.ts'
import type { ActionState } from '../../lib/containment/entries.ts'
import type { ApiAnswer } from '../../lib/ports.ts'
import type { Stage } from './stage.ts'

/** A call of the attacker, signed with a key of theirs. */
export interface Attempt {
  /** Seconds on the simulated clock since the demo began. */
  readonly at: number
  readonly accessKeyId: string
  readonly operation: string
  /** Why IAM did not let it through. Left out: it did, whether or not there was anything to do. */
  readonly denied?: string
  /** It changed the account. */
  readonly changed: boolean
  /** What containment called the state of the actions on the attacker at that moment. */
  readonly said: readonly ActionState[]
}

export interface Attacker {
  /** Milliseconds since 1970 on the simulated clock. */
  readonly began: number
  readonly attempts: readonly Attempt[]
  stop(): void
}

/** `calls`: goes on using both keys, once a second each. `undo`: also takes back what contains their own user, while they can. */
export type AttackerKind = 'calls' | 'undo'

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll'
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
const PERIOD_MS = { calls: 1000, undo: 700 } as const

/** Somebody who is still at it, from now on, until stopped. */
export const attack = (stage: Stage, kind: AttackerKind): Attacker => {
  const { time, example, account } = stage
  const began = time.millis()
  const attempts: Attempt[] = []
  const keys = kind === 'undo' ? [example.keys.attackers] : [example.keys.stolen, example.keys.attackers]
  const hands = keys.map((key) => ({ key, responder: stage.as(key) }))
  const stop = time.every(
    PERIOD_MS[kind],
    async () => {
      for (const { key, responder } of hands) {
        for (const call of callsOf(kind, stage, key)) {
          const before = JSON.stringify(account.state())
          const answer = await responder.call(call)
          attempts.push({
            at: (time.millis() - began) / 1000,
            accessKeyId: key,
            operation: call.operation,
            ...deniedBy(answer),
            changed: JSON.stringify(account.state()) !== before,
            said: saidOf(stage, key),
          })
        }
      }
    },
    500,
  )
  return { began, attempts, stop }
}

/** Errors that say no, and not merely that there is nothing to do. */
const NO = /^(?:AccessDenied|InvalidClientTokenId)$/

const deniedBy = (answer: ApiAnswer): { denied?: string } =>
  'error' in answer && NO.test(answer.error) ? { denied: answer.error } : {}

const callsOf = (kind: AttackerKind, stage: Stage, key: string): readonly ApiCall[] => {
  const look = iam('ListAccessKeys', { UserName: stage.example.breakGlass.split('/').at(-1)! })
  if (kind === 'calls') return [look]
  const UserName = ownerOf(stage, key)
  return [
    look,
    iam('DetachUserPolicy', { UserName, PolicyArn: DENY_ALL }),
    iam('UpdateAccessKey', { UserName, AccessKeyId: key, Status: 'Active' }),
    iam('AttachUserPolicy', { UserName, PolicyArn: ADMIN }),
  ]
}

const iam = (operation: string, input: ApiCall['input']): ApiCall => ({ service: 'iam', operation, input })

const ownerOf = ({ example }: Stage, key: string): string =>
  example.account.principals.find(({ keys }) => Object.hasOwn(keys, key))!.name

/** States of the actions whose target is the owner of a key. */
const saidOf = (stage: Stage, key: string): readonly ActionState[] => {
  const owner = ownerOf(stage, key)
  return [...stage.world.ledger.book.actions.values()]
    .filter(({ planned }) => planned.prepared.action.target.name === owner)
    .map(({ state }) => state)
}
