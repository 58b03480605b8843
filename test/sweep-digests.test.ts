import { describe, expect, it } from 'vitest'
import type { ChainRecord } from '../lib/chain-record.ts'
import { evidenceFinding } from '../lib/evidence-finding.ts'
import type { Finding } from '../lib/finding.ts'
import type { LogStore } from '../lib/ports.ts'
import { type ChainStatus, sweepPlace } from '../lib/sweep-digests.ts'
import { lookAtDigest, settle } from '../lib/watch-digest.ts'
import { BUCKET, digestKey, keysOf, logBytes, logKeys, logsOf, smallTrail } from './integrity/small-trail.ts'
import { memoryChains } from './support/memory-chains.ts'
import { logKeyOf, memoryLogStore, type SignedTrail } from './support/signed-trail.ts'

const PLACE = { bucket: BUCKET, root: 'AWSLogs/', account: '111122223333', region: 'us-east-1' }
const START = '2026-11-01T06:40:00Z'

/** The stack around a trail of six hours that ends half an hour before its clock. */
const stack = (trail: SignedTrail, status?: () => ChainStatus | undefined) => {
  const objects = new Map(trail.objects)
  const findings: Finding[] = []
  const read: string[] = []
  let now = Date.parse(START)
  const store = memoryLogStore(objects, BUCKET)
  const chains = memoryChains()
  const world = {
    logs: {
      ...store,
      read: (object) => {
        read.push(object.key)
        return store.read(object)
      },
    } as LogStore,
    publicKeys: keysOf(trail),
    chains,
    clock: { now: () => new Date(now++).toISOString() },
    statusOf: async () => status?.(),
    findings: {
      put: async (fresh: readonly Finding[]) => {
        for (const one of fresh) if (!findings.some(({ id }) => id === one.id)) findings.push(one)
      },
    },
  }
  const sweep = async () => {
    const known = new Map<string, ChainRecord>()
    for await (const id of chains.list()) known.set(id, (await chains.of(id))!)
    const swept = await sweepPlace(world, PLACE, { days: 3, known })
    await world.findings.put(swept.certain.map((problem) => evidenceFinding(problem, world.clock.now())))
    for (const [chain, one] of swept.chains) await settle(world, { chain, ...one }, true)
    return swept
  }
  return {
    objects,
    findings,
    read,
    sweep,
    told: () => findings.map(({ rule, event }) => `${rule.level} ${event.eventName} ${event.errorCode}`),
    deliver: async (key: string) => settle(world, await lookAtDigest(world, { bucket: BUCKET, key }), false),
    wait: (hours: number) => {
      now += hours * 3_600_000
    },
  }
}

describe('the hourly sweep', () => {
  it('says nothing of a place that is whole, and reads its digests only', async () => {
    const { sweep, told, read } = stack(smallTrail())
    const { counts } = await sweep()
    await sweep()
    expect(told()).toEqual([])
    expect(counts).toEqual({ digests: 6, objects: 16, unverifiable: 0 })
    expect(read.every((key) => key.includes('/CloudTrail-Digest/'))).toBe(true)
  })

  it('finds Insights files that a digest lists, and reports one that none lists', async () => {
    const insight = (at: string, unique: string) =>
      logKeyOf(PLACE, at, unique)
        .replaceAll('/CloudTrail/', '/CloudTrail-Insight/')
        .replace('_CloudTrail_', '_CloudTrail-Insight_')
    const at = '2026-11-01T01:30:00Z'
    const logs = logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours: 6 })
    logs.set(insight(at, 'Listed00abcdefgh'), { bytes: logBytes('insight'), deliveredAt: at })
    const { objects, sweep, told } = stack(smallTrail({ logs }))
    await sweep()
    expect(told()).toEqual([])
    const planted = insight('2026-11-01T03:30:00Z', 'Planted0abcdefgh')
    objects.set(planted, { bucket: BUCKET, bytes: logBytes('planted'), metadata: {} })
    await sweep()
    expect(told()).toEqual(['high log-unlisted not-in-any-digest'])
  })

  it('reports a missing hour once, though it sweeps every hour', async () => {
    const trail = smallTrail()
    const { objects, sweep, findings, told, wait } = stack(trail)
    objects.delete(digestKey(trail, 1))
    const { counts } = await sweep()
    expect(told()).toEqual(['critical digest-missing link-target-not-found'])
    expect(findings[0]!.resources).toEqual([`s3://${BUCKET}/${digestKey(trail, 1)}`])
    expect(counts.unverifiable).toBe(2)
    wait(1)
    await sweep()
    expect(told()).toHaveLength(1)
  })

  it('reports every hour of a hole', async () => {
    const trail = smallTrail()
    const { objects, sweep, findings } = stack(trail)
    for (const hour of [1, 2]) objects.delete(digestKey(trail, hour))
    await sweep()
    expect(findings.map(({ resources }) => resources[0]!.split('/').at(-1)).sort()).toEqual(
      [1, 2].map((hour) => digestKey(trail, hour).split('/').at(-1)),
    )
  })

  it('gives a fresh hole its time', async () => {
    const trail = smallTrail()
    const { objects, sweep, told, wait } = stack(trail)
    objects.delete(digestKey(trail, 4))
    await sweep()
    expect(told()).toEqual([])
    wait(1)
    await sweep()
    expect(told()).toEqual(['critical digest-missing link-target-not-found'])
  })

  it('tells that a hole is closed, whoever sees it first', async () => {
    const trail = smallTrail()
    for (const seen of ['delivery', 'sweep']) {
      const { objects, sweep, deliver, told } = stack(trail)
      objects.delete(digestKey(trail, 1))
      await sweep()
      objects.set(digestKey(trail, 1), trail.objects.get(digestKey(trail, 1))!)
      if (seen === 'delivery') await deliver(digestKey(trail, 1))
      await sweep()
      await sweep()
      expect(told().slice(1)).toEqual(['low digest-recovered link-target-not-found'])
    }
  })

  it('reports anew when what had come is gone again', async () => {
    const trail = smallTrail()
    const { objects, sweep, told } = stack(trail)
    const key = digestKey(trail, 1)
    for (const there of [false, true, false, false, true]) {
      if (there) objects.set(key, trail.objects.get(key)!)
      else objects.delete(key)
      await sweep()
    }
    expect(told().map((text) => text.split(' ')[1])).toEqual([
      'digest-missing',
      'digest-recovered',
      'digest-missing',
      'digest-recovered',
    ])
  })

  it('finds a digest that was proven once and then deleted before logging was off', async () => {
    const whole = smallTrail()
    const trail = smallTrail({ off: [3, 4] })
    const { objects, sweep, deliver, told } = stack(trail)
    objects.delete(digestKey(trail, 5))
    await deliver(digestKey(whole, 2))
    objects.set(digestKey(trail, 5), trail.objects.get(digestKey(trail, 5))!)
    objects.delete(digestKey(trail, 2))
    await sweep()
    expect(told().sort()).toEqual(['critical digest-missing seen-before', 'low chain-gap logging-off'])
  })

  it('finds a log file that no digest lists, and one that is gone', async () => {
    const trail = smallTrail()
    const { objects, sweep, told } = stack(trail)
    const place = { account: PLACE.account, region: PLACE.region }
    const planted = logKeyOf(place, '2026-11-01T02:20:00Z', 'plantedplantedpl')
    objects.set(planted, { bucket: BUCKET, bytes: logBytes('x'), metadata: {} })
    objects.delete(logKeys(trail, 1)[0]!)
    await sweep()
    await sweep()
    expect(told().sort()).toEqual(['critical log-missing not-found', 'high log-unlisted not-in-any-digest'])
  })

  it('tells of a Region that fell silent once, from when on, and that it speaks again', async () => {
    const trail = smallTrail({
      hours: 12,
      logs: logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours: 12 }),
    })
    const { objects, sweep, findings, told, wait } = stack(trail)
    for (let hour = 6; hour < 12; hour++) {
      for (const key of [digestKey(trail, hour), ...logKeys(trail, hour)]) objects.delete(key)
    }
    await sweep()
    wait(1)
    await sweep()
    expect(told()).toEqual([])
    for (let hour = 0; hour < 3; hour++) {
      wait(1)
      await sweep()
    }
    expect(told()).toEqual(['high chain-tail-missing gone-silent'])
    expect(findings[0]!.raw.errorMessage).toMatch(/after 2026-11-01T06:10:00Z, found none/)
    for (const [key, object] of trail.objects) objects.set(key, object)
    await sweep()
    expect(told().slice(1)).toEqual(['low chain-recovered gone-silent'])
  })

  it('tells of a Region whose every object is gone', async () => {
    const { objects, sweep, told, wait } = stack(smallTrail())
    await sweep()
    objects.clear()
    wait(4)
    await sweep()
    expect(told()).toEqual(['high chain-tail-missing gone-silent'])
  })

  it('finds the end of a chain cut off at once, when it had been proven', async () => {
    const trail = smallTrail()
    const { objects, sweep, told, wait } = stack(trail)
    await sweep()
    for (const hour of [4, 5]) objects.delete(digestKey(trail, hour))
    wait(1)
    await sweep()
    expect(told()).toEqual(['high chain-tail-missing gone-silent'])
  })

  it('believes CloudTrail that logging is off, and that it has delivered more', async () => {
    let status: ChainStatus = { isLogging: false, latestDigest: '2026-11-01T06:20:00Z' }
    const { sweep, told, wait } = stack(smallTrail(), () => status)
    wait(10)
    await sweep()
    expect(told()).toEqual([])
    status = { isLogging: false, latestDigest: '2026-11-01T09:20:00Z' }
    await sweep()
    expect(told()).toEqual(['high chain-tail-missing gone-silent'])
  })

  it('is not fooled by a digest that is dated in the future', async () => {
    const trail = smallTrail()
    const { objects, sweep, told, wait } = stack(trail)
    const [real, decoy] = [digestKey(trail, 5), digestKey(trail, 5).replace('061000Z', '235900Z')]
    objects.set(decoy, objects.get(real)!)
    wait(12)
    await sweep()
    expect(told().sort()).toEqual(['critical digest-modified moved', 'high chain-tail-missing gone-silent'])
  })

  it('tells of log files without a single digest once, and gives a new trail its time', async () => {
    const trail = smallTrail()
    const { objects, sweep, told, wait } = stack(trail)
    for (const { key } of trail.digests) objects.delete(key)
    for (let hour = 1; hour < 6; hour++) for (const key of logKeys(trail, hour)) objects.delete(key)
    wait(-4)
    await sweep()
    expect(told()).toEqual([])
    wait(4)
    await sweep()
    wait(5)
    await sweep()
    expect(told()).toEqual(['high chain-tail-missing no-digests'])
  })

  it('says the same at every hour of three days, however its window moves', async () => {
    const hours = 60
    const trail = smallTrail({ hours, logs: logsOf({ ...PLACE, from: '2026-11-01T00:10:00Z', hours }) })
    const { objects, sweep, told, wait, deliver } = stack(trail)
    objects.clear()
    for (const [index, digest] of trail.digests.entries()) {
      if (index >= 6) wait(1)
      if ([20, 21].includes(digest.hour)) continue
      for (const key of [...digest.logKeys, digest.key]) objects.set(key, trail.objects.get(key)!)
      await deliver(digest.key)
      if (index >= 6) await sweep()
    }
    expect(told()).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/^critical digest-missing /)),
    )
  })
})
