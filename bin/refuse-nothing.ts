import { UsageError } from '../lib/errors.ts'
import type { Outcome } from '../lib/pipeline.ts'

/** A source in which nothing is CloudTrail's is a wrong source, and the user is told what was found instead: throws `UsageError`. */
export const refuseNothing = (
  name: string,
  { counts, integrity }: Pick<Outcome, 'counts' | 'integrity'>,
): void => {
  const { listed, ingested, skipped } = counts.files
  if (ingested > 0 || integrity.chains.length > 0 || 'digest' in skipped) return
  const reasons = Object.entries(skipped).map(([reason, n]) => `${n} ${reason}`)
  const found = listed === 0 ? 'no file at all' : `${listed} of other kinds (${reasons.join(', ')})`
  throw new UsageError(`${name}: expected CloudTrail log files, found ${found}`)
}
