import type { Chain } from './chains.ts'
import type { ChainHead, ChainHeads } from './heads.ts'
import { belowLogs, isOwn } from './place.ts'
import type { Evidence, Plan } from './plan.ts'
import { dayOf, firstDay, markOf, placeOfChain } from './resume.ts'
import type { OpenDigest, OpenLog, SavedChain, SavedState } from './saved-state.ts'
import { clipped, flattened } from './segments.ts'
import { HOUR } from './slots.ts'
import type { SweptChain } from './sweep-source.ts'
import { versionOf } from './version-column.ts'

/** Digests of a chain looked at again in every run, the newest; older ones wait for a full run. */
const MOST_OPEN = 200

/** Before the first listed day, since names of log files may be rounded into it (milliseconds). */
const SLACK = 2 * HOUR

/** What the next run goes on from. Chains that this run was not asked about stay as they were. */
export const nextState = (
  { logs }: Pick<Plan, 'logs'>,
  evidence: Evidence,
  swept: ReadonlyMap<Chain, SweptChain>,
  heads: ChainHeads,
  openLogs: ReadonlyMap<string, readonly OpenLog[]>,
): SavedState => {
  const before = evidence.resumption?.saved
  const chains: Record<string, SavedChain> = { ...before?.chains }
  for (const chain of evidence.chains) {
    const head = heads[chain.id]
    if (!head) continue
    chains[chain.id] = {
      ...savedChain(chain, swept.get(chain)!, head, before?.chains[chain.id]),
      openLogs: openLogs.get(chain.id) ?? [],
    }
  }
  return { version: 2, chains, settled: { ...before?.settled, ...settledOf(logs, evidence, chains) } }
}

const savedChain = (
  { judged, id }: Chain,
  { segments, open }: SweptChain,
  head: ChainHead,
  before: SavedChain | undefined,
): Omit<SavedChain, 'openLogs'> => {
  const end = Date.parse(head.end)
  const read = judged.find(
    ({ trust, read: { content } }) => trust === 'proven' && content.ok && content.digest.key === head.key,
  )
  const first = Date.parse(firstDay([[id, end]]).replaceAll('/', '-')) - SLACK
  const known = clipped(flattened(segments), first, end).map(({ from, to, state }) => ({
    from: isoOf(from),
    to: isoOf(to),
    state,
  }))
  const kept = open
    .filter(({ to }) => Date.parse(to) <= end)
    .sort((a, b) => Date.parse(b.to) - Date.parse(a.to))
  return {
    head,
    at: read?.read.object.key ?? before?.at ?? head.key,
    known,
    open: unique(kept).slice(0, MOST_OPEN),
  }
}

const unique = (open: readonly OpenDigest[]): OpenDigest[] =>
  [...new Map([...open].reverse().map((one) => [belowLogs(one.key), one])).values()].reverse()

/** Marks of what is proven, in the days that the next run lists; not of what lies where a chain came from, and is not listed again. */
const settledOf = (
  logs: Plan['logs'],
  { listing, table, placeOf, chains, settledDigests }: Evidence,
  saved: SavedState['chains'],
): SavedState['settled'] => {
  const heads = Map.groupBy(
    Object.entries(saved).map(([id, { head }]) => [id, Date.parse(head.end)] as const),
    ([id]) => placeOfChain(id),
  )
  const first = new Map([...heads].map(([place, group]) => [place, firstDay(group)]))
  const marks = new Map<string, Map<string, string[]>>()
  const put = (place: string, day: string, mark: string) => {
    const from = first.get(place)
    if (from === undefined || day < from) return
    const days = marks.get(place) ?? new Map<string, string[]>()
    marks.set(place, days)
    const list = days.get(day) ?? []
    days.set(day, list)
    list.push(mark)
  }
  const proven = new Set(settledDigests)
  for (const { judged } of chains)
    for (const { trust, read } of judged) if (trust === 'proven') proven.add(read.place)
  for (const { object, key } of listing.digests) {
    const place = placeOf(object.bucket, object.key)
    if (proven.has(place) && isOwn(logs, object))
      put(`${key.account}/${key.region}`, key.day, markOf(place, versionOf(object.version)))
  }
  for (const { object, row, account, region, day } of table.settled()) {
    const place = placeOf(object.bucket, object.key)
    if (day !== undefined && isOwn(logs, object))
      put(`${account}/${region}`, dayOf(day), markOf(place, table.versionAt(row)))
  }
  const places = new Set(chains.map(({ id }) => placeOfChain(id)).filter((place) => first.has(place)))
  return Object.fromEntries(
    [...places].map((place) => [
      place,
      Object.fromEntries([...(marks.get(place) ?? [])].map(([day, list]) => [day, list.sort().join('')])),
    ]),
  )
}

const isoOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
