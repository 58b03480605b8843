import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpen } from '../lib/chain-record.ts'
import { UnreadableObject } from '../lib/errors.ts'
import type { Finding } from '../lib/finding.ts'
import { noPublicKeys } from '../lib/integrity/public-keys.ts'
import type { LogStore } from '../lib/ports.ts'
import { lookAtDigest, overdueOf, settle } from '../lib/watch-digest.ts'
import { BUCKET, digestKey, keysOf, logKeys, replace, smallTrail } from './integrity/small-trail.ts'
import { memoryChains } from './support/memory-chains.ts'
import { memoryLogStore, type SignedTrail } from './support/signed-trail.ts'

const CHAIN = '111122223333/us-east-1/main_trail-1.x/us-east-1/standard'

/** The stack around one trail. Its clock goes on by a millisecond with every look at it. */
const stack = (trail: SignedTrail, start = '2026-11-01T06:30:00Z', pause?: () => Promise<unknown>) => {
  const objects = new Map(trail.objects)
  const findings: Finding[] = []
  let now = Date.parse(start)
  const chains = memoryChains(pause)
  const world = {
    logs: memoryLogStore(objects, BUCKET) as LogStore,
    publicKeys: keysOf(trail),
    chains,
    clock: { now: () => new Date(now++).toISOString() },
    // as deployed: an id that was put is not put again
    findings: {
      put: async (fresh: readonly Finding[]) => {
        for (const one of fresh) if (!findings.some(({ id }) => id === one.id)) findings.push(one)
      },
    },
  }
  return {
    world,
    objects,
    findings,
    chains,
    told: () => findings.map(({ rule, event }) => `${rule.level} ${event.eventName} ${event.errorCode}`),
    wait: (hours: number) => {
      now += hours * 3_600_000
    },
    deliver: async (hour: number, overdue = false) => {
      const key = digestKey(trail, hour)
      if (trail.objects.has(key)) objects.set(key, trail.objects.get(key)!)
      await settle(world, await lookAtDigest(world, { bucket: BUCKET, key }), overdue)
    },
  }
}

describe('digests as they are delivered', () => {
  it('says nothing of a chain that is whole, and remembers its newest digest', async () => {
    const { deliver, findings, chains } = stack(smallTrail())
    for (const hour of [0, 1, 2, 3]) await deliver(hour)
    expect(findings).toEqual([])
    expect((await chains.of(CHAIN))?.head?.end).toBe('2026-11-01T04:10:00Z')
  })

  it('comes to the same end whatever the order, twice, and several at once', async () => {
    const trail = smallTrail()
    let overtaken = 0
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 })
    await fc.assert(
      fc.asyncProperty(order, fc.array(fc.nat(5)), fc.scheduler(), async (hours, repeats, scheduler) => {
        const { world, objects, deliver, findings, chains } = stack(trail, '2026-11-01T06:30:00Z', () =>
          scheduler.schedule(Promise.resolve()),
        )
        for (const hour of hours) objects.delete(digestKey(trail, hour))
        const at = scheduler.schedule.bind(scheduler)
        const runs = [...hours, ...repeats.map((n) => hours[n]!)].map(async (hour) => {
          await at(Promise.resolve())
          await deliver(hour)
        })
        await scheduler.waitFor(Promise.all(runs))
        overtaken += chains.overtaken()
        const record = await chains.of(CHAIN)
        expect(record?.head?.key).toBe(digestKey(trail, 5))
        expect(Object.values(record!.watched).filter(isOpen)).toEqual([])
        expect(overdueOf(record!, world.clock.now()).findings).toEqual([])
        expect(findings.every(({ rule }) => rule.level === 'informational')).toBe(true)
      }),
      { numRuns: 60 },
    )
    expect(overtaken).toBeGreaterThan(0)
  })

  it('waits for a digest that is late, and tells when it has come', async () => {
    const trail = smallTrail()
    const { deliver, objects, told, chains } = stack(trail)
    objects.delete(digestKey(trail, 2))
    await deliver(1)
    await deliver(3)
    expect(told()).toEqual([])
    expect(Object.values((await chains.of(CHAIN))!.watched).filter(isOpen)).toHaveLength(1)
    await deliver(2)
    await deliver(2)
    expect(told()).toEqual(['informational digest-recovered link-target-not-found'])
  })

  it('reports a hole when it is late, once, and louder tells its end', async () => {
    const trail = smallTrail()
    const { deliver, objects, findings, told, wait } = stack(trail, '2026-11-01T04:15:00Z')
    objects.delete(digestKey(trail, 2))
    await deliver(3)
    await deliver(3, true)
    expect(told()).toEqual([])
    wait(1)
    await deliver(3, true)
    await deliver(3, true)
    expect(told()).toEqual(['critical digest-missing link-target-not-found'])
    await deliver(2)
    expect(told()).toEqual([
      'critical digest-missing link-target-not-found',
      'low digest-recovered link-target-not-found',
    ])
    expect(findings[1]!.raw.errorMessage).toMatch(
      /^it was missing .*, and is whole as of 2026-11-01T05:15:00/,
    )
  })

  it('does not call it good news when the late digest was changed', async () => {
    const trail = smallTrail()
    const { deliver, objects, told, chains } = stack(trail)
    objects.delete(digestKey(trail, 2))
    await deliver(3)
    replace(trail, digestKey(trail, 2), (bytes) => bytes.subarray(0, 40))
    await deliver(2)
    await deliver(3, true)
    expect(told().every((text) => /^critical digest-modified/.test(text))).toBe(true)
    expect(told()).not.toEqual([])
    expect(Object.values((await chains.of(CHAIN))!.watched).filter(isOpen)).toEqual([])
  })

  it('looks again at a log file that could not be read for a moment', async () => {
    const trail = smallTrail()
    const { deliver, world, told } = stack(trail)
    const [bad] = logKeys(trail, 3)
    const { read } = world.logs
    let failing = true
    world.logs = {
      ...world.logs,
      read: (object) => {
        if (failing && object.key === bad) throw new UnreadableObject(object.key, 'io-error')
        return read(object)
      },
    }
    await deliver(3)
    expect(told()).toEqual([])
    await deliver(3, true)
    expect(told()).toEqual(['medium log-unreadable io-error'])
    failing = false
    await deliver(3)
    expect(told()).toEqual(['medium log-unreadable io-error', 'low log-recovered io-error'])
  })

  it('waits for public keys, and says once for the chain when they do not come', async () => {
    const trail = smallTrail()
    const { deliver, world, told, wait } = stack(trail)
    const { publicKeys } = world
    world.publicKeys = noPublicKeys()
    await deliver(3)
    await deliver(4)
    expect(told()).toEqual([])
    wait(3)
    await deliver(3, true)
    await deliver(4, true)
    expect(told()).toEqual(['medium chain-unverifiable no-public-keys'])
    world.publicKeys = publicKeys
    await deliver(3)
    await deliver(4)
    expect(told().slice(1)).toEqual(['low chain-recovered no-public-keys'])
  })

  it('does not wait for a digest that nobody expects any more', async () => {
    const trail = smallTrail()
    const { deliver, objects, told } = stack(trail, '2026-12-24T00:00:00Z')
    objects.delete(digestKey(trail, 2))
    await deliver(3)
    expect(told()).toEqual(['critical digest-missing link-target-not-found'])
  })

  it('tells log files that fall with their digest in one finding', async () => {
    const trail = smallTrail()
    const { deliver, objects, findings } = stack(trail)
    const key = digestKey(trail, 3)
    objects.set(key, { ...objects.get(key)!, metadata: {} })
    trail.objects.delete(key)
    await deliver(3)
    const logs = findings.filter(({ event }) => event.eventName === 'log-unverifiable')
    expect(logs).toHaveLength(1)
    expect(logs[0]!.raw.errorMessage).toMatch(/^2 log files are unverifiable/)
  })

  it('throws, and reports nothing, when what is remembered cannot be read', async () => {
    const { deliver, chains, findings } = stack(smallTrail())
    chains.kept.set(CHAIN, 'x')
    await expect(deliver(3)).rejects.toThrow()
    expect(findings).toEqual([])
  })
})
