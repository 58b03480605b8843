import type { Ledger, Responder } from '../../lib/ports.ts'

/** The process died. */
export class Crash extends Error {
  override name = 'Crash'
}

/**
 * A process that dies at step `at`: a step is one entry of the ledger or one call. `after`: the step still happens, and nobody learns of it. Once dead,
 * nothing of this process happens any more.
 */
export const dyingAt = (at: number, after: boolean) => {
  let steps = 0
  let dead = false
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Crash('dead')
    if (steps++ !== at) return work()
    dead = true
    if (after) await work()
    throw new Crash(`at step ${at}`)
  }
  return {
    died: () => dead,
    responder: (own: Responder): Responder => ({ call: (call) => step(() => own.call(call)) }),
    ledger: (own: Ledger): Ledger => ({
      entries: (from) => {
        if (dead) throw new Crash('dead')
        return own.entries(from)
      },
      append: (entry) => step(() => own.append(entry)),
    }),
  }
}
