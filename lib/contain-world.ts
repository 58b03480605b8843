import type { ActionType, Mode } from './action.ts'
import { openLedger } from './containment/ledger.ts'
import { type ContainSettings, type ContainWorld, DEFAULTS } from './containment/world.ts'
import { UsageError } from './errors.ts'
import type { Clock, Evidence, Ledger, Responder } from './ports.ts'

/** Settings of every function that may contain. */
export const CONTAIN_SETTINGS = [
  'mode',
  'owner',
  'accountId',
  'protectedPrincipals',
  'breakGlass',
  'ownPrincipals',
  'ledgerTable',
] as const

interface DeployedSettings {
  readonly mode: Mode
  readonly owner: string
  readonly accountId: string
  readonly protectedPrincipals: readonly string[]
  readonly breakGlass: readonly string[]
  readonly ownPrincipals: readonly string[]
}

export interface ContainPorts {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly evidence?: Evidence
  /** Left out in a function that only keeps the book. */
  readonly responder?: Responder
}

/** What containment takes from the owner's trailwarden.yml. */
interface OwnersConfig extends Pick<ContainSettings, 'protectedPrincipals' | 'breakGlass' | 'owner'> {
  readonly automatic: readonly string[]
  readonly budget?: ContainSettings['budget']
}

/**
 * The account a function runs in, as containment sees it; what the owner's config file protects is protected too. `worker` names this run. Throws `UsageError` when
 * it may act and nobody is named who answers for it.
 */
export const containWorldOf = (
  { ledger, responder = NO_CALLS, ...ports }: ContainPorts,
  settings: DeployedSettings,
  config: OwnersConfig,
  worker: string,
): ContainWorld => {
  const { mode, accountId, protectedPrincipals, breakGlass, ownPrincipals } = settings
  const owner = settings.owner || config.owner
  if (mode !== 'observe' && owner === '')
    throw new UsageError(
      `owner: expected who answers for containment in mode ${mode}, as a parameter or in trailwarden.yml; found nothing`,
    )
  return {
    ...ports,
    responder,
    ledger: openLedger(ledger, ports.clock),
    settings: {
      ...DEFAULTS,
      mode,
      owner,
      accountId,
      protectedPrincipals: [...protectedPrincipals, ...config.protectedPrincipals],
      breakGlass: [...breakGlass, ...config.breakGlass],
      ownPrincipals,
      // the build has looked at them
      automatic: config.automatic as readonly ActionType[],
      ...(config.budget && { budget: config.budget }),
      worker,
    },
  }
}

const NO_CALLS: Responder = {
  call: async ({ service, operation }) => ({
    error: 'UnknownOperation',
    message: `this function makes no calls: ${service}:${operation}`,
  }),
}
