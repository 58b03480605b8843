import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inflateAll, inflateMember, release } from '../../lib/trail/gzip.ts'

const body = Buffer.from('{"Records":[]}'.repeat(50))

describe('gzip member', () => {
  it('inflates what gzip made and knows where it ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 50 }), (content, after) => {
        const gz = gzipSync(content)
        const inflated = inflateMember(Buffer.concat([gz, after]))
        expect(inflated).toMatchObject({ ok: true, member: { length: gz.length } })
        if (inflated.ok) expect(Buffer.from(inflated.member.content).equals(Buffer.from(content))).toBe(true)
      }),
    )
  })

  it('reads the optional header fields', () => {
    const gz = gzipSync(body)
    const extra = Buffer.concat([gz.subarray(0, 3), Buffer.from([4 | 8 | 16 | 2]), gz.subarray(4, 10)])
    const withFields = Buffer.concat([
      extra,
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from('name\0comment\0'),
      Buffer.from([0, 0]),
      gz.subarray(10),
    ])
    expect(inflateMember(withFields)).toMatchObject({ ok: true, member: { length: withFields.length } })
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'empty-object'],
    ['a PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'not-gzip'],
    ['half a stream', gzipSync(body).subarray(0, 20), 'truncated-gzip'],
    ['a stream without its 8-byte trailer', gzipSync(body).subarray(0, -8), 'truncated-gzip'],
    ['a header alone', gzipSync(body).subarray(0, 10), 'truncated-gzip'],
    ['two bytes of a header', gzipSync(body).subarray(0, 2), 'truncated-gzip'],
    [
      'a wrong length in the trailer',
      Buffer.concat([gzipSync(body).subarray(0, -1), Buffer.from([9])]),
      'damaged-gzip',
    ],
    [
      'a broken stream',
      Buffer.concat([gzipSync(body).subarray(0, 10), Buffer.alloc(40, 255)]),
      'damaged-gzip',
    ],
  ])('names the damage of %s', (_what, bytes, damage) => {
    expect(inflateMember(bytes)).toEqual({ ok: false, damage })
  })

  it('stops a gzip bomb at the cap', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect(inflateMember(bomb, 1_000_000)).toEqual({ ok: false, damage: 'too-large' })
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (bytes) =>
          typeof inflateMember(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), bytes])).ok === 'boolean',
      ),
    )
  })
})

describe('all gzip members', () => {
  it('joins members as Athena would and counts what is none', () => {
    const bytes = Buffer.concat([gzipSync('ab'), gzipSync(''), gzipSync('cd'), Buffer.from('rest')])
    const all = inflateAll(bytes)
    expect(all).toMatchObject({ ok: true, members: 3, trailing: 4 })
    if (all.ok) expect(Buffer.from(all.content).toString()).toBe('abcd')
  })

  it('caps all members together', () => {
    const bytes = Buffer.concat([gzipSync(Buffer.alloc(600)), gzipSync(Buffer.alloc(600))])
    expect(inflateAll(bytes, 1000)).toEqual({ ok: false, damage: 'too-large' })
  })
})

describe('released content', () => {
  it('of any size is given back without harm to what others hold', () => {
    for (let size = 0; size < 140_000; size += 489) {
      const neighbour = Buffer.from('a neighbour in the pool')
      const inflated = inflateMember(gzipSync(Buffer.alloc(size, 65)))
      if (!inflated.ok) throw new Error(inflated.damage)
      release(inflated.member.content)
      expect(neighbour.toString()).toBe('a neighbour in the pool')
      expect(Buffer.from('still usable').toString()).toBe('still usable')
    }
  })
})
