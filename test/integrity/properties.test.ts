import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { belowLogs } from '../../lib/integrity/place.ts'
import { inspect } from '../../lib/trail/inspection.ts'
import { digestKey, logBytes, logKeys, replace, setMetadata, smallTrail, validate } from './small-trail.ts'

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = Buffer.from(bytes)
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

/** What another reader makes of the bytes; `undefined` when it refuses them. */
const readBy = (bytes: Uint8Array): string | undefined => {
  try {
    return gunzipSync(bytes).toString('latin1')
  } catch {
    return undefined
  }
}

const sample = logBytes('sample')
const bits = (bytes: Uint8Array) => fc.integer({ min: 0, max: bytes.length * 8 - 1 })

describe('any single bit', () => {
  it('of a log file changes its inspection, unless the content is still the same', () => {
    const original = inspect(sample)
    expect(original.ok).toBe(true)
    fc.assert(
      fc.property(bits(sample), (bit) => {
        const bytes = flip(sample, bit)
        const same = readBy(bytes) === readBy(sample)
        expect(JSON.stringify(inspect(bytes)) === JSON.stringify(original)).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  it('of a log or a digest is reported by its name, unless the content is still the same', async () => {
    const clean = smallTrail()
    const keys = [...clean.objects.keys()]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), fc.nat(), async (key, seed) => {
        const bytes = clean.objects.get(key)!.bytes
        const changed = flip(bytes, seed % (bytes.length * 8))
        const trail = { ...clean, objects: new Map(clean.objects) }
        replace(trail, key, () => changed)
        const report = await validate(trail)
        const named = report.problems.some(({ object }) => object.includes(key))
        expect(named).toBe(readBy(changed) !== readBy(bytes))
      }),
      { numRuns: 150 },
    )
  })
})

describe('any set of objects', () => {
  it('that is deleted is reported, each one by its name, as far as anything is left that names it', async () => {
    const clean = smallTrail({ hours: 5 })
    const { heads } = await validate(clean)
    const keys = [...clean.objects.keys()]
    await fc.assert(
      fc.asyncProperty(fc.subarray(keys, { minLength: 1 }), async (gone) => {
        const trail = { ...clean, objects: new Map(clean.objects) }
        for (const key of gone) trail.objects.delete(key)
        const report = await validate(trail, { state: heads, from: '2026-11-01T00:10:00Z' })
        const objects = report.problems.map(({ object }) => belowLogs(object))
        const lost = new Set(
          clean.digests.filter(({ key }) => gone.includes(key)).flatMap(({ logKeys }) => logKeys),
        )
        // With every digest gone, only the newest is still known: an earlier run has seen it.
        const none = clean.digests.every(({ key }) => gone.includes(key))
        const named = none ? [clean.digests.at(-1)!.key] : gone.filter((key) => !lost.has(key))
        for (const key of named) expect(objects).toContain(key)
        const blamed = report.problems.filter(
          ({ status, kind }) => kind !== 'chain' && status !== 'unverifiable',
        )
        for (const { object } of blamed) expect(gone).toContain(belowLogs(object))
      }),
      { numRuns: 150 },
    )
  })

  it('of a clean trail is never reported, whatever its shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          hours: fc.integer({ min: 1, max: 8 }),
          prefix: fc.constantFrom('', 'a', 'a/b.c'),
          offset: fc.integer({ min: 0, max: 3599 }),
          as: fc.constantFrom('s3' as const, 'folder' as const),
          change: fc.nat(8),
        }),
        async ({ hours, prefix, offset, as, change }) => {
          const from = `${new Date(Date.parse('2026-10-31T20:00:00Z') + offset * 1000).toISOString().slice(0, 19)}Z`
          const bucketOf = (hour: number) => (hour < change ? 'one-example-bucket' : 'two-example-bucket')
          const report = await validate(smallTrail({ hours, from, bucketOf, ...(prefix && { prefix }) }), {
            as,
          })
          expect(report.problems).toEqual([])
          expect(report.summary.digests.valid).toBe(hours)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('garbage', () => {
  const clean = smallTrail()

  it('in the bytes of a digest never throws and never passes for valid', async () => {
    const body = clean.digests.find(({ hour }) => hour === 3)!.body
    const mutated = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.nat(body.length), fc.nat(40), fc.string({ maxLength: 40 }))
        .map(([at, drop, text]) =>
          new TextEncoder().encode(body.slice(0, at) + text + body.slice(at + drop)),
        ),
      fc.json().map((json) => new TextEncoder().encode(json)),
    )
    const { gzipSync } = await import('node:zlib')
    await fc.assert(
      fc.asyncProperty(mutated, fc.boolean(), fc.boolean(), async (bytes, compressed, keyless) => {
        if (Buffer.from(bytes).toString() === body) return
        const trail = { ...clean, objects: new Map(clean.objects) }
        replace(trail, digestKey(trail, 3), () => (compressed ? gzipSync(bytes) : bytes))
        const report = await validate(trail, keyless ? { keys: 'none' } : {})
        expect(report.problems.some(({ object }) => object.endsWith(digestKey(trail, 3)))).toBe(true)
        expect(report.summary.digests.valid).toBe(keyless ? 0 : 5)
      }),
      { numRuns: 7000 },
    )
  }, 120_000)

  it('in the metadata never throws, and only the next digest can still prove the content', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.string(),
        fc.constantFrom(3, 5),
        async (signature, algorithm, hour) => {
          const trail = { ...clean, objects: new Map(clean.objects) }
          setMetadata(trail, digestKey(trail, hour), { signature, 'signature-algorithm': algorithm })
          const report = await validate(trail)
          expect(report.problems.some(({ object }) => object.endsWith(digestKey(trail, hour)))).toBe(true)
          for (const key of logKeys(trail, hour)) {
            expect(report.logVerdicts.get(key)).toBe(hour === 3 ? 'valid' : 'unverifiable')
          }
        },
      ),
      { numRuns: 3000 },
    )
  }, 120_000)
})
