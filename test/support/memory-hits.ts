import { isLater } from '../../lib/detection/shared-memory.ts'
import type { HitStore, RememberedHit, ReportedWindow } from '../../lib/ports.ts'

/** A HitStore in memory, whose every step takes a turn of the event loop, as a network would. */
export const memoryHits = (): HitStore => {
  const hits = new Map<string, Map<string, RememberedHit>>()
  const windows = new Map<string, ReportedWindow[]>()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    add: async (group, added) => {
      for (const hit of added) {
        await turn()
        const places = hits.get(group) ?? new Map<string, RememberedHit>()
        hits.set(group, places)
        const other = places.get(hit.place)
        if (!other || isLater(hit, other)) places.set(hit.place, hit)
      }
    },
    report: async (group, added) => {
      await turn()
      windows.set(group, [...(windows.get(group) ?? []), ...added])
    },
    within: async (group, from, to) => {
      await turn()
      return {
        hits: [...(hits.get(group)?.values() ?? [])].filter(({ time }) => time >= from && time <= to),
        windows: (windows.get(group) ?? []).filter((window) => window.from <= to && window.to >= from),
      }
    },
  }
}
