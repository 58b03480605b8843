import { parseObjectKey } from '../trail/object-key.ts'
import type { Chain } from './chains.ts'
import type { ListedLog } from './log-table.ts'
import type { Evidence } from './plan.ts'

/**
 * Which families of log files beside `CloudTrail` the digests of each chain list. It is not documented that they always do: what one
 * digest of a chain lists, the others must list too. Lists are read again only where an unlisted file asks for it.
 */
export const digestedKinds = (
  { chains, table }: Pick<Evidence, 'chains' | 'table'>,
  left: readonly ListedLog[],
): ReadonlyMap<Chain, ReadonlySet<string>> => {
  const places = new Set(left.filter(({ kind }) => kind && kind !== 'CloudTrail').map(placeOf))
  if (places.size === 0) return new Map()
  const asked = chains.filter(({ chain }) => places.has(placeOf(chain)))
  const kinds = new Map(asked.map((chain) => [chain, kindsListed(chain)]))
  // What earlier runs have proven is not read again.
  for (const log of table.settled()) {
    if (!log.kind || log.kind === 'CloudTrail' || !places.has(placeOf(log))) continue
    const here = asked.filter(({ chain }) => placeOf(chain) === placeOf(log))
    if (here.some((chain) => kinds.get(chain)!.has(log.kind!))) continue
    for (const chain of here) kinds.get(chain)!.add(log.kind)
  }
  return kinds
}

const placeOf = ({ account, region }: { readonly account: string; readonly region: string }): string =>
  `${account}/${region}`

const kindsListed = ({ judged }: Chain): Set<string> => {
  const kinds = new Set<string>()
  for (const { trust, read } of judged) {
    if (trust === 'broken' || !read.content.ok) continue
    for (const { key } of read.content.logs()) {
      if (!key.includes('/CloudTrail-')) continue
      const parsed = parseObjectKey(key)
      if (parsed.type === 'log' && parsed.kind !== 'CloudTrail') kinds.add(parsed.kind)
    }
  }
  return kinds
}
