import { describe, expect, it } from 'vitest'
import { serialiseSnapshots } from '../lib/containment/stored-snapshots.ts'
import { snapshotBefore } from '../lib/snapshot-before.ts'

const text = (time: string) =>
  serialiseSnapshots({ version: 1, time, accountId: '111122223333', snapshots: {}, missing: [] })
const kept = (texts: Record<string, string | undefined>) => ({
  times: async () => Object.keys(texts),
  read: async (time: string) => texts[time],
})

describe('the snapshot from before an event', () => {
  const [eight, nine, ten] = ['08', '09', '10'].map((hour) => `2026-11-01T${hour}:00:00.000Z`) as [
    string,
    string,
    string,
  ]

  it('is the newest there is', async () => {
    const store = kept({ [ten]: text(ten), [eight]: text(eight), [nine]: text(nine) })
    expect((await snapshotBefore(store, '2026-11-01T09:30:00Z')).taken?.time).toBe(nine)
  })

  it('is an older one when the newest is broken, gone, or says a later time than its name', async () => {
    for (const broken of ['{', undefined, text(ten)]) {
      const store = kept({ [eight]: text(eight), [nine]: broken })
      const { taken, skipped } = await snapshotBefore(store, '2026-11-01T09:30:00Z')
      expect([taken?.time, skipped]).toEqual([eight, [nine]])
    }
  })

  it('is none when there is none', async () => {
    expect(await snapshotBefore(kept({ [ten]: text(ten) }), '2026-11-01T09:30:00Z')).toEqual({ skipped: [] })
  })
})
