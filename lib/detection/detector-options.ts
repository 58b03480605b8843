import type { Config } from './config.ts'
import type { DetectorOptions } from './detect.ts'

/** What a detector takes from the owner's configuration. Accounts that were named elsewhere count too. */
export const detectorOptionsOf = (
  { knownAccounts, suppressions, shadow, attempts }: Config,
  settings: Pick<DetectorOptions, 'minLevel'> & { readonly knownAccounts: readonly string[] },
) => ({
  ...settings,
  suppressions,
  shadow,
  attempts,
  knownAccounts: [...knownAccounts, ...settings.knownAccounts],
})
