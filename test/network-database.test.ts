import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../lib/errors.ts'
import { mmdbDatabase } from '../lib/network-database.ts'
import { mmdb } from './support/mmdb.ts'

const database = (...files: readonly Buffer[]) =>
  mmdbDatabase(files.map((bytes, i) => ({ name: `file-${i}.mmdb`, bytes })))

const BERLIN = { latitude: 52.5, longitude: 13.4, accuracyRadius: 20 }

describe('what a file says of an address, by the names of its publisher', () => {
  it.each([
    [
      'GeoLite2-City',
      {
        country: { iso_code: 'DE', names: { en: 'Germany' } },
        location: { latitude: 52.5, longitude: 13.4, accuracy_radius: 20 },
        traits: { is_anycast: true },
      },
      { country: 'DE', ...BERLIN },
    ],
    [
      'GeoLite2-Country',
      { country: { iso_code: 'DE' }, registered_country: { iso_code: 'NL' } },
      { country: 'DE' },
    ],
    [
      'GeoLite2-ASN',
      { autonomous_system_number: 64496, autonomous_system_organization: 'Example Net' },
      { asn: 64496, organization: 'Example Net' },
    ],
    [
      'DBIP-City-Lite',
      {
        city: { names: { en: 'Berlin' } },
        country: { iso_code: 'DE' },
        location: { latitude: 52.5, longitude: 13.4 },
      },
      { country: 'DE', latitude: 52.5, longitude: 13.4 },
    ],
    [
      'ipinfo lite',
      {
        asn: 'AS64496',
        as_name: 'Example Net',
        as_domain: 'example.net',
        continent: 'Europe',
        country: 'Germany',
        country_code: 'DE',
      },
      { country: 'DE', asn: 64496, organization: 'Example Net' },
    ],
    [
      'ipinfo country_asn',
      { asn: 'AS64496', as_name: 'Example Net', country: 'DE', country_name: 'Germany' },
      { country: 'DE', asn: 64496, organization: 'Example Net' },
    ],
    [
      'ipinfo standard_location',
      { city: 'Berlin', country: 'DE', lat: '52.5', lng: '13.4', timezone: 'Europe/Berlin' },
      { country: 'DE', latitude: 52.5, longitude: 13.4 },
    ],
    [
      'one that says nothing of use',
      { country: 'Germany', asn: 'none', location: { latitude: 0, longitude: 0 } },
      undefined,
    ],
    [
      'one that lies about the globe',
      { country: { iso_code: 'DE' }, location: { latitude: 152.5, longitude: 13.4 } },
      { country: 'DE' },
    ],
  ])('%s', (type, data, expected) => {
    const of = database(mmdb([['192.0.2.0/24', data]], { type }))
    expect(of.of('192.0.2.77')).toEqual(expected)
    expect(of.of('192.0.3.77')).toBeUndefined()
    expect(of.editions).toEqual([`${type} of 2026-11-20`])
  })

  it('is united with what others say: the first that knows counts, and a place stays whole', () => {
    const city = mmdb([['192.0.2.0/24', { country: { iso_code: 'DE' } }]])
    const asn = mmdb([['192.0.0.0/16', { asn: 'AS64496', country: 'NL', lat: '52.5', lng: '13.4' }]])
    const other = mmdb([['192.0.2.0/25', { autonomous_system_number: 64500, radius: 9, lat: 1, lng: 1 }]])
    expect(database(city, asn, other).of('192.0.2.1')).toEqual({
      country: 'DE',
      asn: 64496,
      latitude: 52.5,
      longitude: 13.4,
    })
  })
})

describe('addresses', () => {
  const data = { country: { iso_code: 'DE' } }
  const all = database(
    mmdb([
      ['0.0.0.0/0', data],
      ['2001:db8::/32', data],
    ]),
  )

  it.each([
    'AWS Internal',
    'cloudformation.amazonaws.com',
    '',
    '1',
    '0x7f.1',
    '010.0.0.1',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.1 ',
    '192.0.2.1\n',
    '192.0.2.1/24',
    '2001:db8::1%eth0',
    '::ffff:999.0.2.1',
    ':::',
    '\u0661\u0669\u0662.0.2.1',
    '__proto__',
    '1'.repeat(100_000),
  ])('are not: %j', (address) => {
    expect(all.of(address)).toBeUndefined()
  })

  it.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:DB8::1', '2001:db8:0:0:0:0:0:1'])('are: %s', (address) => {
    expect(all.of(address)).toEqual({ country: 'DE' })
  })

  it('of IPv6 are not taken for others by a file that knows IPv4 only', () => {
    const four = database(mmdb([['32.0.0.0/3', data]], { ipVersion: 4 }))
    expect(four.of('32.1.13.184')).toEqual({ country: 'DE' })
    expect(four.of('2001:db8::1')).toBeUndefined()
  })

  it('never make it throw, whatever the text holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary' })), (address) => {
        all.of(address)
      }),
    )
  })
})

const v4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }).map((parts) => parts.join('.'))
const v6 = fc
  .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
  .map((parts) => parts.map((part) => part.toString(16)).join(':'))

/** Numbers, not texts of bits: nothing of the writer is used to say what is right. */
const numberOf = (address: string): bigint =>
  address.includes(':')
    ? address.split(':').reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n)
    : address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)

describe('lookups', () => {
  const network = (address: fc.Arbitrary<string>, most: number) =>
    fc.tuple(address, fc.integer({ min: 1, max: most }))

  it.each([
    ['IPv4 in an IPv4 tree', 4, v4, 32, 24],
    ['IPv4 in an IPv6 tree', 6, v4, 32, 28],
    ['IPv6', 6, v6, 128, 32],
  ] as const)(
    'of %s answer as the longest prefix that matches does',
    (_what, ipVersion, address, bits, recordSize) => {
      fc.assert(
        fc.property(
          fc.array(network(address, bits), { minLength: 1, maxLength: 30 }),
          fc.array(address, { maxLength: 10 }),
          (networks, strangers) => {
            const numbers = new Map(
              networks.map(([at, length], i) => [`${numberOf(at) >> BigInt(bits - length)}/${length}`, i]),
            )
            const kept = networks.filter(
              ([at, length], i) => numbers.get(`${numberOf(at) >> BigInt(bits - length)}/${length}`) === i,
            )
            const entries = kept.map(
              ([at, length], i) => [`${at}/${length}`, { autonomous_system_number: i + 1 }] as const,
            )
            const found = database(mmdb(entries, { ipVersion, recordSize }))
            for (const one of [...strangers, ...networks.map(([at]) => at)]) {
              const [best] = kept
                .map(([at, length], i) => ({ at, length, asn: i + 1 }))
                .filter(({ at, length }) => (numberOf(at) ^ numberOf(one)) >> BigInt(bits - length) === 0n)
                .sort((a, b) => b.length - a.length)
              expect(found.of(one)?.asn).toBe(best?.asn)
            }
          },
        ),
        { numRuns: 60 },
      )
    },
  )
})

describe('a record that grows without end when its pointers are followed', () => {
  it('is read all the same', () => {
    let bomb: readonly unknown[] = ['x'.repeat(1000)]
    for (let level = 0; level < 60; level++) bomb = [bomb, bomb]
    const of = database(
      mmdb([['192.0.2.0/24', { bomb: bomb as readonly string[], country: { iso_code: 'DE' } }]]),
    )
    expect(of.of('192.0.2.1')).toEqual({ country: 'DE' })
  })
})

describe('a file that is no database', () => {
  const good = mmdb([['192.0.2.0/24', { country: { iso_code: 'DE' } }]])
  it.each([
    ['an empty file', Buffer.alloc(0), 'found an empty file'],
    ['an archive', gzipSync(good), 'found a gzip archive: unpack it first'],
    ['a ZIP archive', Buffer.from('PK\x03\x04'), 'found a ZIP archive: unpack it first'],
    ['a table', Buffer.from('192.0.2.0,192.0.2.255,DE\n'), 'found text, perhaps CSV'],
    ['a page', Buffer.from('<html>Not found</html>'), 'found text'],
    ['other bytes', Buffer.alloc(9), 'found 9 bytes without the mark of its end: another format, or cut off'],
    ['one that is cut off', good.subarray(0, 200), 'without the mark of its end'],
    ['one whose start is missing', good.subarray(500), 'its search tree is longer than the file'],
    [
      'one whose description is damaged',
      Buffer.concat([good.subarray(0, good.lastIndexOf('MaxMind.com') + 11), Buffer.alloc(40, 0xff)]),
      'found a damaged one',
    ],
  ])('is named with what was expected and found: %s', (_what, bytes, found) => {
    const open = () => mmdbDatabase([{ name: 'geo/City.mmdb', bytes }])
    expect(open).toThrow(UsageError)
    expect(open).toThrow("geo/City.mmdb: expected a database of networks in MaxMind's format (.mmdb), found ")
    expect(open).toThrow(found)
  })

  it('never makes a lookup throw: what damage hides is not known', () => {
    const addresses = ['192.0.2.1', '10.0.0.1', '2001:db8::1']
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const bytes = Buffer.from(good)
          for (const [at, value] of changes) bytes[at] = value
          try {
            const damaged = mmdbDatabase([{ name: 'a.mmdb', bytes }])
            for (const address of addresses) damaged.of(address)
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
