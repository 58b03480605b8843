import type { LocatedEvent } from '../../ports.ts'
import { type CloudTrailEvent, eventIdOf } from '../../trail/event.ts'
import { localClock, type WorkingHours } from '../working-hours.ts'
import { DAY, type Facts } from './facts.ts'
import { observed } from './observation.ts'
import { agentFamily } from './places.ts'
import { type Trigger, triggerOf } from './trigger.ts'

/** Who changed something in the console while nobody works: the first change of each person and day. */
export interface OffHours {
  add(person: string, facts: Facts, located: LocatedEvent): void
  observations(): readonly LocatedEvent[]
  absorb(saved: SavedOffHours): void
  save(now?: number): SavedOffHours
  dropped(): number
}

/** Account, person, day there, the wall clock, milliseconds since 1970, the event. */
export type SavedOffHours = readonly Found[]
type Found = readonly [account: string, person: string, date: string, clock: string, time: number, Trigger]

const MOST = 10_000
const KEPT_DAYS = 3

export const makeOffHours = (hours: WorkingHours): OffHours => {
  const clockAt = localClock(hours)
  const found = new Map<string, Found>()
  let dropped = 0
  const put = (one: Found): void => {
    const key = one.slice(0, 3).join('\n')
    const before = found.get(key)
    if (before && !isEarlier(one, before)) return
    found.set(key, one)
    if (found.size < 2 * MOST) return
    const latest = [...found].sort(([, a], [, b]) => b[4] - a[4])
    for (const [gone] of latest.splice(MOST)) {
      found.delete(gone)
      dropped++
    }
  }
  return {
    add: (person, facts, located) => {
      if (!facts.write || !facts.management || facts.error || !isByHand(located.event, facts)) return
      const { date, clock, working } = clockAt(facts.time)
      if (!working) put([facts.account, person, date, clock, facts.time, triggerOf(located)])
    },
    observations: () =>
      [...found.values()].map(([, person, , clock, , trigger]) =>
        observed(trigger, 'ConsoleChangedOffHours', {
          detector: 'console-hours',
          of: person,
          value: `${clock} ${hours.timezone}`,
        }),
      ),
    absorb: (saved) => saved.forEach(put),
    save: (now) =>
      [...found.values()].filter(
        ([, , , , time]) => now === undefined || (time >= now - KEPT_DAYS * DAY && time <= now + DAY),
      ),
    dropped: () => dropped,
  }
}

const isEarlier = (a: Found, b: Found): boolean =>
  a[4] < b[4] || (a[4] === b[4] && (eventIdOf(a[5].event) ?? '') < (eventIdOf(b[5].event) ?? ''))

/** Made by somebody who clicked. Older events do not say so; their user agent does. To sign in is no change. */
const isByHand = (event: CloudTrailEvent, { source }: Facts): boolean => {
  if (source === 'signin.amazonaws.com') return false
  const fromConsole: unknown = event['sessionCredentialFromConsole']
  if (fromConsole === true || fromConsole === 'true') return true
  return CONSOLES.has(agentFamily(event) ?? '')
}

const CONSOLES: ReadonlySet<string> = new Set(['browser', 'console.amazonaws.com', 's3console'])
