import { type ChainRecord, mergedRecord } from '../../lib/chain-record.ts'
import type { ChainHeadStore } from '../../lib/ports.ts'

/**
 * What is remembered of chains, in memory, with the conditional writes of S3: a writer that was overtaken reads again. `pause` stands
 * between reading and writing, so that others get in between.
 */
export const memoryChains = (pause: () => Promise<unknown> = async () => {}) => {
  const kept = new Map<string, string>()
  let overtaken = 0
  const read = (chain: string): ChainRecord | undefined => {
    const text = kept.get(chain)
    return text === undefined ? undefined : JSON.parse(text)
  }
  const store: ChainHeadStore = {
    async *list() {
      yield* [...kept.keys()].sort()
    },
    of: async (chain) => read(chain),
    merge: async (chain, news) => {
      for (;;) {
        const before = kept.get(chain)
        await pause()
        const after = JSON.stringify(mergedRecord(read(chain) ?? { watched: {} }, news))
        if (kept.get(chain) !== before) {
          overtaken++
          continue
        }
        kept.set(chain, after)
        return JSON.parse(after)
      }
    },
  }
  return { ...store, kept, overtaken: () => overtaken }
}
