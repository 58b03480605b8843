import { describe, expect, it } from 'vitest'
import { NO_CONFIG } from '../lib/detection/config.ts'
import { loadRules } from '../lib/detection/rules.ts'
import type { LocatedEvent } from '../lib/ports.ts'
import { openSurroundings } from '../lib/surroundings.ts'
import { type HabitMemory, parseHabitMemory, watchHabits } from '../lib/watch-habits.ts'
import { call } from './detection/baseline/calls.ts'
import { logFile, logKey, memoryBucket } from './support/memory-logs.ts'
import { mmdb } from './support/mmdb.ts'
import { shippedRuleFiles } from './support/shipped-rules.ts'

const ACCOUNT = '111122223333'
const { rules } = loadRules(shippedRuleFiles())
const place = (iso_code: string, latitude: number, longitude: number, autonomous_system_number: number) => ({
  country: { iso_code },
  location: { latitude, longitude },
  autonomous_system_number,
})
const surroundings = openSurroundings({
  networkFiles: [
    {
      name: 'all.mmdb',
      bytes: mmdb([
        ['192.0.2.0/24', place('DE', 52.5, 13.4, 64500)],
        ['198.51.100.0/24', place('AU', -33.9, 151.2, 64501)],
      ]),
    },
  ],
  knownNetworks: NO_CONFIG.knownNetworks,
})
const use = (time: string, sourceIPAddress: string) => call(time, { sourceIPAddress, readOnly: true })

/** A bucket that grows, watched every now and then. */
const account = () => {
  const objects = new Map<string, Uint8Array>()
  let memory: HabitMemory | undefined
  return {
    deliver: (day: string, ...events: readonly LocatedEvent[]) =>
      objects.set(logKey(ACCOUNT, day, objects.size), logFile(events.map(({ event }) => event))),
    run: async (now: string) => {
      const { logs } = memoryBucket(objects)
      const watch = {
        logs,
        rules,
        surroundings,
        folders: [`AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/`],
        days: 8,
        now,
        hasTime: () => true,
      }
      const watched = await watchHabits(watch, memory && parseHabitMemory(JSON.stringify(memory), 'memory'))
      memory = watched.memory
      return watched.findings.filter(({ rule }) => rule.id === 'principal-travel-impossible')
    },
  }
}

describe('watching where the people of an account are', () => {
  it('joins what two runs read, in whatever order it came, and tells it as one finding', async () => {
    const watched = account()
    const late = use('2026-01-08T09:00:00Z', '192.0.2.10')
    const early = use('2026-01-08T10:00:00Z', '198.51.100.10')
    watched.deliver('2026-01-08', early)
    expect(await watched.run('2026-01-08T11:00:00Z')).toEqual([])
    watched.deliver('2026-01-08', late)
    const [journey, ...others] = await watched.run('2026-01-08T12:00:00Z')
    expect(others).toEqual([])
    expect(journey).toMatchObject({
      id: `principal-travel-impossible#${early.event.eventID}`,
      origin: { country: 'AU', asn: 64501 },
      notes: [expect.stringContaining('in DE, AS64500')],
    })
    expect((await watched.run('2026-01-08T13:00:00Z')).map(({ id }) => id)).toEqual([journey?.id])
    expect(await watched.run('2026-01-10T13:00:00Z')).toEqual([])
  })

  it('does not tell the same pair of places again the week after', async () => {
    const watched = account()
    for (const day of ['08', '09', '15']) {
      watched.deliver(`2026-01-${day}`, use(`2026-01-${day}T09:00:00Z`, '192.0.2.10'))
      watched.deliver(`2026-01-${day}`, use(`2026-01-${day}T10:00:00Z`, '198.51.100.10'))
      expect(await watched.run(`2026-01-${day}T12:00:00Z`)).toHaveLength(day === '15' ? 0 : 1)
    }
  })
})
