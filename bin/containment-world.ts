import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Command } from 'commander'
import { automaticTypes } from '../lib/containment/automatic.ts'
import { denyOnly } from '../lib/containment/deny-only.ts'
import type { ActionRecord, Book } from '../lib/containment/fold.ts'
import { openLedger } from '../lib/containment/ledger.ts'
import { type ContainSettings, type ContainWorld, DEFAULTS } from '../lib/containment/world.ts'
import type { Config } from '../lib/detection/config.ts'
import { UsageError } from '../lib/errors.ts'
import { systemClock } from '../lib/local/clock.ts'
import { fileLedger } from '../lib/local/ledger.ts'
import { readConfig } from './content.ts'
import { configOption, many } from './options.ts'

/** What every command that acts is told. */
export interface ActOptions {
  readonly ledger: string
  readonly region: string
  readonly config?: string
  readonly protect: readonly string[]
  readonly breakGlass: readonly string[]
}

/** The options of a command that acts on an account. */
export const actOptions = (command: Command): Command =>
  command
    .requiredOption('--ledger <file>', 'what containment remembers: a file, made when it is not there')
    .option('--region <region>', 'Region of calls to global services', 'us-east-1')
    .option('--protect <pattern...>', 'never contain these: ARNs or unique ids, * allowed', many, [])
    .option('--break-glass <arn...>', 'principals that get you back in: one must be alive', many, [])
    .addOption(configOption())

/** A ledger that is there, read to its end: nothing of AWS is asked. Throws `UsageError` when there is none. */
export const openBook = async (file: string): Promise<Book> => {
  if (!existsSync(file))
    throw new UsageError(`${file}: no such ledger; contain plan --ledger ${file} begins one`)
  return openLedger(fileLedger(file), systemClock).refresh()
}

/** A world on the account of the AWS credentials, and who they belong to. Throws `UsageError` without credentials. */
export const openContainWorld = async (options: ActOptions) => {
  const { awsResponder } = await import('../lib/aws/responder.ts')
  const { API_SERVICES } = await import('../lib/aws/api/services.ts')
  const { cloudTrailEvidence } = await import('../lib/aws/evidence.ts')
  const { callerIdentity } = await import('../lib/aws/caller-identity.ts')
  const config = await readConfig(options.config)
  const caller = await callerIdentity(options.region)
  const world: ContainWorld = {
    responder: denyOnly(awsResponder({ services: API_SERVICES, region: options.region })),
    evidence: cloudTrailEvidence(),
    ledger: openLedger(fileLedger(options.ledger), systemClock),
    clock: systemClock,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    settings: settingsOf(config, options, caller),
  }
  return { world, caller }
}

/** A person is at the keyboard: nothing goes on its own, everything asks for approval. */
const settingsOf = (
  config: Config,
  options: ActOptions,
  caller: { readonly arn: string; readonly accountId: string },
): ContainSettings => ({
  ...DEFAULTS,
  mode: 'approve',
  owner: config.owner || caller.arn,
  accountId: caller.accountId,
  protectedPrincipals: [...config.protectedPrincipals, ...options.protect],
  breakGlass: [...config.breakGlass, ...options.breakGlass],
  automatic: automaticTypes(config.automatic),
  ...(config.budget && { budget: config.budget }),
  worker: `${hostname()}-${process.pid}`,
})

/** The one action whose id begins so. Throws `UsageError` when there is none, or more. */
export const actionCalled = (book: Book, id: string): ActionRecord =>
  only(
    [...book.actions.values()].filter((record) => record.id.startsWith(id)),
    id,
    'action',
  )

/** The one plan whose hash begins so. */
export const planCalled = (book: Book, hash: string): string =>
  only(
    [...new Set([...book.actions.values()].map(({ planned }) => planned.plan))].filter((plan) =>
      plan.startsWith(hash),
    ),
    hash,
    'plan',
  )

const SHORTEST = 8

const only = <T>(found: readonly T[], name: string, noun: string): T => {
  if (name.length < SHORTEST)
    throw new UsageError(`${name}: give at least ${SHORTEST} characters of the ${noun}`)
  if (found.length !== 1)
    throw new UsageError(`${name}: ${found.length === 0 ? 'no' : found.length} such ${noun} in the ledger`)
  return found[0]!
}
