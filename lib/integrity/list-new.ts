import type { ListedObject } from '../ports.ts'
import { parseObjectKey } from '../trail/object-key.ts'
import type { ListingStart } from './list-days.ts'
import { listSource } from './list-source.ts'
import { logTable } from './log-table.ts'
import type { PlaceOf } from './place.ts'
import type { Evidence, Plan } from './plan.ts'
import { type ReadDigest, readDigest } from './read-digest.ts'
import { keyInSource, objectAt, placeOfChain, readerOf, resume, settle } from './resume.ts'
import type { Resumption } from './saved-state.ts'

/** The names of a source, all of them or those that are new. */
export interface Listed
  extends Pick<Evidence, 'listing' | 'table' | 'placeOf' | 'resumption' | 'settledDigests'> {
  readonly notes: readonly string[]
}

/** Lists what is new; once more, and more of it, where the listing contradicts what was saved. */
export const listAll = async (plan: Plan, placeOf: PlaceOf): Promise<Listed> => {
  const { accounts, regions, resume: saved } = plan.options
  const scope = { accounts: accounts && new Set(accounts), regions: regions && new Set(regions) }
  let resumption = saved && (await resume(plan, saved, placeOf))
  const notes = [...(resumption?.notes ?? [])]
  for (;;) {
    const table = logTable(placeOf)
    const listing = await listSource(plan.logs, scope, table, resumption && startOf(resumption))
    const settled = resumption && settle(resumption, { listing, table, placeOf }, plan)
    const settledDigests = settled?.digests ?? new Set<string>()
    if (!resumption || !settled || settled.distrusted.size === 0) {
      return { listing, table, placeOf, resumption, settledDigests, notes }
    }
    for (const [where, why] of settled.distrusted)
      notes.push(`${where}: ${why}: everything is validated again`)
    const days = [...resumption.days].filter(([where]) => !settled.distrusted.has(where))
    resumption = { ...resumption, days: new Map(days) }
  }
}

const startOf = ({ days, saved }: Resumption): ListingStart => ({
  days,
  keys: Object.entries(saved.chains).flatMap(([id, { at }]) => (days.has(placeOfChain(id)) ? [at] : [])),
})

/** The digests of the heads that the run goes on from, by place. */
export const headReads = (resumption: Resumption | undefined): ReadonlyMap<string, ReadDigest> =>
  new Map(
    [...(resumption?.heads ?? [])]
      .filter(([id]) => resumption!.days.has(placeOfChain(id)))
      .map(([, read]) => [read.place, read]),
  )

/**
 * Digests behind what is listed, of which nothing new is said: a head and the one before it, and what lies before the first days. What a
 * digest that came late links to is looked for by its name, since no listing shows whether it is there.
 */
export const assumedPlaces = async (
  plan: Plan,
  reads: readonly ReadDigest[],
  heads: ReadonlyMap<string, ReadDigest>,
  { resumption, placeOf }: Pick<Listed, 'resumption' | 'placeOf'>,
): Promise<readonly string[]> => {
  const places = new Set(heads.keys())
  for (const { place, key, content, object } of reads) {
    const first = resumption?.days.get(`${key.account}/${key.region}`)
    const previous = content.ok ? content.digest.previous : undefined
    if (first === undefined || !previous) continue
    const before = parseObjectKey(previous.key)
    const target = placeOf(previous.bucket, previous.key)
    if (heads.has(place)) places.add(target)
    else if (before.type === 'digest' && before.day < first && !places.has(target)) {
      const found = await readDigest(readerOf(plan, placeOf), linked(placeOf, object, previous), before)
      if (found.content.ok || found.content.fault.status !== 'missing') places.add(target)
    }
  }
  return [...places]
}

const linked = (
  placeOf: PlaceOf,
  { key: at }: ListedObject,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): ListedObject => objectAt(placeOf, bucket, keyInSource(placeOf, at, key))
