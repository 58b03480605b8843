import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from './clock.ts'
import { dynamoLedger } from './containment-ledger.ts'
import { cloudTrailEvidence } from './evidence.ts'

/** What containment reaches as deployed, but for the calls that change the account. */
export const containPortsOf = ({ ledgerTable }: { readonly ledgerTable: string }) => ({
  ledger: dynamoLedger(ledgerTable),
  evidence: cloudTrailEvidence(),
  clock: systemClock,
  sleep: (milliseconds: number): Promise<void> => sleep(milliseconds),
})
