import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../lib/detection/baseline/baseline.ts'
import { kilometresApart } from '../../../lib/detection/baseline/distance.ts'
import { learningDetector } from '../../../lib/detection/baseline/learning.ts'
import type { Surroundings } from '../../../lib/detection/baseline/surroundings.ts'
import { makeTravel, type SavedTravel } from '../../../lib/detection/baseline/travel.ts'
import { loadRules } from '../../../lib/detection/rules.ts'
import { withWhereabouts } from '../../../lib/detection/whereabouts.ts'
import { mmdbDatabase } from '../../../lib/network-database.ts'
import type { AddressOrigin, LocatedEvent } from '../../../lib/ports.ts'
import type { CloudTrailEvent } from '../../../lib/trail/event.ts'
import { mmdb } from '../../support/mmdb.ts'
import { shippedRuleFiles } from '../../support/shipped-rules.ts'
import { alive, call } from './calls.ts'

const city = (iso_code: string, latitude: number, longitude: number, accuracy_radius = 20) => ({
  country: { iso_code },
  location: { latitude, longitude, accuracy_radius },
})
const provider = (autonomous_system_number: number, autonomous_system_organization: string) => ({
  autonomous_system_number,
  autonomous_system_organization,
})

const BERLIN = '192.0.2.10'
const LONDON = '192.0.2.70'
const SYDNEY = '198.51.100.10'
/** In Sydney too, by another provider. */
const SYDNEY_MOBILE = '198.51.100.70'
/** 3,300 km from Sydney, in the same country. */
const PERTH = '198.51.100.200'
/** In Virginia, Amazon's. */
const CLOUD = '198.51.100.140'
/** The same provider as in Berlin. */
const SAO_PAULO = '203.0.113.10'
/** In Germany, by another provider. */
const MUNICH = '203.0.113.70'
/** In Prague: 280 km from Berlin. */
const PRAGUE = '203.0.113.140'
const NO_SPOT = '203.0.113.200'

const networks = mmdbDatabase([
  {
    name: 'city.mmdb',
    bytes: mmdb(
      [
        ['192.0.2.0/26', city('DE', 52.52, 13.4)],
        ['192.0.2.64/26', city('GB', 51.5, -0.12)],
        ['198.51.100.0/25', city('AU', -33.87, 151.21, 50)],
        ['198.51.100.128/26', city('US', 38.9, -77.4)],
        ['198.51.100.192/26', city('AU', -31.95, 115.86)],
        ['203.0.113.0/26', city('BR', -23.55, -46.63)],
        ['203.0.113.64/26', city('DE', 48.14, 11.58)],
        ['203.0.113.128/26', city('CZ', 50.09, 14.42, 50)],
        ['203.0.113.192/26', { country: { iso_code: 'ZA' } }],
      ],
      { type: 'Example-City' },
    ),
  },
  {
    name: 'asn.mmdb',
    bytes: mmdb(
      [
        ['192.0.2.0/26', provider(64500, 'Berlin Net')],
        ['192.0.2.64/26', provider(64501, 'London Net')],
        ['198.51.100.0/26', provider(64502, 'Sydney Net')],
        ['198.51.100.64/26', provider(64503, 'Sydney Mobile')],
        ['198.51.100.128/26', provider(16509, 'Amazon')],
        ['198.51.100.192/26', provider(64507, 'Perth Net')],
        ['203.0.113.0/26', provider(64500, 'Berlin Net')],
        ['203.0.113.64/26', provider(64504, 'Munich Net')],
        ['203.0.113.128/26', provider(64505, 'Prague Net')],
        ['203.0.113.192/26', provider(64506, 'Cape Net')],
      ],
      { type: 'Example-ASN', built: '2026-11-01T00:00:00Z' },
    ),
  },
])

const observed = (events: readonly LocatedEvent[], surroundings: Surroundings = { networks }) => {
  const baseline = makeBaseline({}, surroundings)
  for (const event of events) baseline.add(event)
  return baseline
    .observations()
    .map(({ event }) => event)
    .filter(({ insightDetails }) => !insightDetails)
}
const factsOf = (event: CloudTrailEvent) => event['baseline'] as Record<string, string | number>
const of = (name: string, events: readonly LocatedEvent[], surroundings?: Surroundings) =>
  observed(events, surroundings)
    .filter(({ eventName }) => eventName === name)
    .map((event) => factsOf(event))

const use = (time: string, sourceIPAddress: string, event: CloudTrailEvent = {}) =>
  call(time, { sourceIPAddress, readOnly: true, eventName: 'DescribeInstances', ...event })
const signIn = (time: string, sourceIPAddress: string, event: CloudTrailEvent = {}) =>
  call(time, {
    sourceIPAddress,
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    userAgent: 'Mozilla/5.0',
    responseElements: { ConsoleLogin: 'Success' },
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' },
    ...event,
  })
const at = (hour: string) => `2026-01-08T${hour}:00Z`

describe('two places that no journey joins', () => {
  const travels = (events: readonly LocatedEvent[], surroundings?: Surroundings) =>
    of('TravelImpossible', events, surroundings)

  it('are told with both, their times, the speed and the days of the files', () => {
    const events = [signIn(at('10:00'), BERLIN), use(at('12:00'), SYDNEY)]
    const [travel, ...others] = travels(events)
    expect(others).toEqual([])
    expect(travel).toEqual({
      detector: 'principal-travel',
      of: 'arn:aws:iam::111122223333:user/alice',
      value: 'AU, AS64502 Sydney Net, -33.9 151.2 (within 50 km)',
      other: 'DE, AS64500 Berlin Net, 52.5 13.4 (within 20 km)',
      otherFrom: '2026-01-08T10:00:00Z',
      otherUntil: '2026-01-08T10:00:00Z',
      otherEvent: events[0]?.event.eventID,
      // 16,090 km from city to city, less both radii
      kilometres: expect.closeTo(16_020, -2),
      minutes: 120,
      kmh: expect.closeTo(8_010, -2),
      database: 'Example-City of 2026-11-20, Example-ASN of 2026-11-01',
      eventSource: 'ssm.amazonaws.com',
      eventName: 'DescribeInstances',
    })
  })

  it.each<[string, readonly LocatedEvent[], number]>([
    ['two sign-ins', [signIn(at('10:00'), BERLIN), signIn(at('11:00'), SYDNEY)], 1],
    ['at one second', [use(at('10:00'), BERLIN), use(at('10:00'), SYDNEY)], 1],
    ['900 km in an hour less radii', [use(at('10:00'), BERLIN), use(at('11:00'), LONDON)], 0],
    ['the same in half an hour', [use(at('10:00'), BERLIN), use(at('10:30'), LONDON)], 1],
    ['as long as a flight', [use(at('00:00'), BERLIN), use(at('20:00'), SYDNEY)], 0],
    ['280 km in ten minutes', [use(at('10:00'), BERLIN), use(at('10:10'), PRAGUE)], 0],
    ['one country', [use(at('10:00'), PERTH), use(at('10:10'), SYDNEY)], 0],
    ['one provider', [use(at('10:00'), BERLIN), use(at('10:10'), SAO_PAULO)], 0],
    ['a cloud', [use(at('10:00'), BERLIN), use(at('10:10'), CLOUD)], 0],
    ['a place without a spot', [use(at('10:00'), BERLIN), use(at('10:10'), NO_SPOT)], 0],
    ['an address nobody knows', [use(at('10:00'), BERLIN), use(at('10:10'), '203.0.114.1')], 0],
    ['a service', [use(at('10:00'), BERLIN), use(at('10:10'), 'cloudformation.amazonaws.com')], 0],
    ['AWS itself', [use(at('10:00'), BERLIN), use(at('10:10'), 'AWS Internal')], 0],
    ['a private address', [use(at('10:00'), BERLIN), use(at('10:10'), '10.1.2.3')], 0],
    [
      'a VPC endpoint',
      [use(at('10:00'), BERLIN), use(at('10:10'), SYDNEY, { vpcEndpointId: 'vpce-0a1b' })],
      0,
    ],
    [
      'a failed sign-in',
      [
        signIn(at('10:00'), BERLIN),
        signIn(at('10:10'), SYDNEY, {
          errorMessage: 'Failed authentication',
          responseElements: { ConsoleLogin: 'Failure' },
        }),
      ],
      0,
    ],
    [
      'a denied call with a key',
      [use(at('10:00'), BERLIN), use(at('10:10'), SYDNEY, { errorCode: 'AccessDenied' })],
      1,
    ],
    [
      'a call on behalf of somebody',
      [
        use(at('10:00'), BERLIN),
        use(at('10:10'), SYDNEY, {
          userIdentity: {
            type: 'IAMUser',
            arn: 'arn:aws:iam::111122223333:user/alice',
            accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
            invokedBy: 'athena.amazonaws.com',
          },
        }),
      ],
      0,
    ],
    [
      'two people',
      [
        use(at('10:00'), BERLIN),
        use(at('10:10'), SYDNEY, {
          userIdentity: {
            type: 'IAMUser',
            arn: 'arn:aws:iam::111122223333:user/bob',
            accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          },
        }),
      ],
      0,
    ],
    [
      'temporary credentials',
      [
        use(at('10:00'), BERLIN),
        use(at('10:10'), SYDNEY, {
          userIdentity: {
            type: 'IAMUser',
            arn: 'arn:aws:iam::111122223333:user/alice',
            accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
          },
        }),
      ],
      0,
    ],
  ])('%s', (_what, events, expected) => {
    expect(travels(events)).toHaveLength(expected)
    expect(travels([...events].reverse())).toHaveLength(expected)
  })

  it.each([[`${SYDNEY}/32`], ['198.51.100.0/24'], [SYDNEY], ['AS64502']])(
    'of which one is a network of the owner (%s) are not told',
    (known) => {
      const events = [use(at('10:00'), BERLIN), use(at('10:10'), SYDNEY)]
      expect(travels(events, { networks, knownNetworks: [known] })).toEqual([])
      expect(
        travels(events, { networks, knownNetworks: ['2001:db8::/32', '192.0.9.0/24', 'AS1'] }),
      ).toHaveLength(1)
    },
  )

  it('of one session are told, of two sessions of a role not', () => {
    const session = (name: string) => ({
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::111122223333:assumed-role/admin/${name}`,
        sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/admin' } },
      },
    })
    const berlin = signIn(at('10:00'), BERLIN, session('alice'))
    expect(travels([berlin, signIn(at('11:00'), SYDNEY, session('alice'))])).toHaveLength(1)
    expect(travels([berlin, signIn(at('11:00'), SYDNEY, session('bob'))])).toEqual([])
  })

  it('of somebody who is at home all day are told with the hours between which it was', () => {
    const home = ['09:00', '09:50', '10:40', '11:30'].map((hour) => use(at(hour), BERLIN))
    expect(travels([...home, use(at('10:15'), SYDNEY)])).toEqual([
      expect.objectContaining({
        otherFrom: '2026-01-08T09:00:00Z',
        otherUntil: '2026-01-08T11:30:00Z',
        minutes: 30,
      }),
    ])
  })

  it('that come again and again are told once in thirty days, another place at once', () => {
    const days = ['08', '09', '20', '25'].flatMap((day) => [
      use(`2026-01-${day}T10:00:00Z`, BERLIN),
      use(`2026-01-${day}T11:00:00Z`, SYDNEY),
    ])
    expect(travels(days)).toHaveLength(1)
    const later = [use('2026-03-01T10:00:00Z', BERLIN), use('2026-03-01T11:00:00Z', SYDNEY)]
    expect(travels([...days, ...later])).toHaveLength(2)
    expect(travels([...days, use('2026-01-25T11:30:00Z', SYDNEY_MOBILE)])).toHaveLength(2)
  })

  it('are not looked for without a database', () => {
    const events = [use(at('10:00'), BERLIN), use(at('10:10'), SYDNEY)]
    expect(travels(events, {})).toEqual([])
  })
})

describe('what is remembered of places', () => {
  const HOUR = 3_600_000
  const places: readonly AddressOrigin[] = [BERLIN, LONDON, SYDNEY, SAO_PAULO].map(
    (address) => networks.of(address)!,
  )
  const sighting = fc.record({
    person: fc.constantFrom('alice', 'bob'),
    place: fc.nat(places.length - 1),
    minutes: fc.nat(3 * 24 * 60),
  })
  const start = Date.parse('2026-01-08T00:00:00Z')
  const told = (travel: ReturnType<typeof makeTravel>) =>
    travel
      .observations([])
      .map(({ event }) => JSON.stringify(event['baseline']))
      .sort()
  type Sighting = { readonly person: string; readonly place: number; readonly minutes: number }
  const adding = (sightings: readonly (Sighting & { n: number })[], into = makeTravel()) => {
    for (const { person, place, minutes, n } of sightings) {
      const time = start + minutes * 60_000
      const event = call(new Date(time).toISOString(), { eventID: `e-${n}` })
      into.add(person, places[place]!, time, event)
    }
    return into
  }

  it('depends neither on order nor on how events are shared out', () => {
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 40 }), fc.nat(40), (sightings, cut) => {
        const all = sightings.map((one, n) => ({ ...one, n }))
        const expected = told(adding(all))
        expect(told(adding([...all].reverse()))).toEqual(expected)
        const apart = makeTravel()
        for (const part of [all.slice(cut), all.slice(0, cut)])
          apart.absorb(JSON.parse(JSON.stringify(adding(part).save())) as SavedTravel)
        expect(told(apart)).toEqual(expected)
      }),
    )
  })

  it('answers what comparing every sighting with every other does', () => {
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 12 }), (sightings) => {
        const fast = new Set<string>()
        for (const a of sightings)
          for (const b of sightings) {
            const [p, q] = [places[a.place]!, places[b.place]!]
            if (a.person !== b.person || p.country === q.country || p.asn === q.asn) continue
            const spot = ({ latitude = 0, longitude = 0, accuracyRadius = 0 }: AddressOrigin) => ({
              latitude,
              longitude,
              radius: accuracyRadius,
            })
            const hours = Math.max(1 / 60, Math.abs(a.minutes - b.minutes) / 60)
            if (kilometresApart(spot(p), spot(q)) / hours > 900)
              fast.add(
                `${a.person} ${[p, q]

                  .map(({ country, asn }) => `${country} ${asn}`)
                  .sort()
                  .join(' ')}`,
              )
          }
        const travel = adding(sightings.map((one, n) => ({ ...one, n })))
        // one that is told stands for every pair of its places, and the fastest of a moment for the others of it
        expect(travel.observations([]).length > 0).toBe(fast.size > 0)
        expect(travel.observations([]).length).toBeLessThanOrEqual(fast.size)
      }),
    )
  })

  it('is bounded by person and in all: the latest stays', () => {
    const travel = makeTravel({ people: 50, each: 10, all: 100 })
    for (let i = 0; i < 2000; i++) {
      const time = start + i * 3 * HOUR
      travel.add(`person-${i % 7}`, places[i % 2]!, time, call(new Date(time).toISOString()))
    }
    const { stays } = travel.save()
    const times = stays.flatMap(([, , of]) => of.map(({ to }) => to))
    expect(times.length).toBeLessThan(200)
    expect(Math.max(...times)).toBe(start + 1999 * 3 * HOUR)
    expect(travel.dropped()).toBe(2000 - times.length)
    for (let i = 0; i < 5000; i++)
      travel.add(`stranger-${i}`, places[0]!, start + i * HOUR, call(at('10:00')))
    expect(new Set(travel.save().stays.map(([person]) => person)).size).toBeLessThan(100)
  })

  it('keeps between runs what can still be compared, and that a pair of places was told', () => {
    const travel = adding([
      { person: 'alice', place: 0, minutes: 0, n: 0 },
      { person: 'alice', place: 2, minutes: 60, n: 1 },
    ])
    expect(told(travel)).toHaveLength(1)
    const saved = travel.save(start + 5 * 24 * HOUR)
    expect(saved.stays).toEqual([])
    const next = makeTravel()
    next.absorb(saved)
    adding(
      [
        { person: 'alice', place: 0, minutes: 6 * 24 * 60, n: 2 },
        { person: 'alice', place: 2, minutes: 6 * 24 * 60 + 60, n: 3 },
      ],
      next,
    )
    expect(told(next)).toEqual([])
    expect(travel.save(start - 3 * 24 * HOUR)).toEqual({ stays: [], told: [] })
  })
})

describe('countries and providers', () => {
  const week = ['01', '02', '03', '04'].map((day) => use(`2026-01-${day}T10:00:00Z`, BERLIN))
  const told = (events: readonly LocatedEvent[], surroundings?: Surroundings) =>
    observed(events, surroundings)
      .filter(({ eventName }) => /^(Country|Provider)FirstUsed$/.test(eventName ?? ''))
      .map((event) => `${event.eventName} ${factsOf(event)['value']} (${factsOf(event)['other']})`)

  it.each<[string, string, string[]]>([
    [
      'another country and provider',
      '203.0.113.200',
      ['CountryFirstUsed ZA (DE)', 'ProviderFirstUsed AS64506 (AS64500)'],
    ],
    ['another country by the same provider', SAO_PAULO, ['CountryFirstUsed BR (DE)']],
    ['another provider in the country', MUNICH, ['ProviderFirstUsed AS64504 (AS64500)']],
    ['a cloud', CLOUD, ['CountryFirstUsed US (DE)', 'ProviderFirstUsed AS16509 (AS64500)']],
    ['the same', BERLIN, []],
    ['a service', 'ec2.amazonaws.com', []],
  ])('are new when a key comes from %s', (_what, address, expected) => {
    expect(told([...week, use('2026-01-09T10:00:00Z', address)]).sort()).toEqual(expected)
  })

  it('are not new in a network of the owner, or without a database', () => {
    const events = [...week, use('2026-01-09T10:00:00Z', MUNICH)]
    expect(told(events, { networks, knownNetworks: ['203.0.113.64/26'] })).toEqual([])
    expect(told(events, {})).toEqual([])
  })

  it('are learned from the day a database is given: what was before is not known', () => {
    const before = makeBaseline()
    for (const event of week) before.add(event)
    const after = makeBaseline({}, { networks })
    after.absorb(before.save())
    const later = [use('2026-01-09T10:00:00Z', BERLIN), use('2026-01-12T10:00:00Z', MUNICH)]
    for (const event of later) after.add(event)
    const names = () => after.observations().map(({ event }) => event.eventName)
    expect(names()).not.toContain('ProviderFirstUsed')
    after.add(use('2026-01-16T10:00:00Z', '203.0.113.200'))
    expect(names()).toContain('ProviderFirstUsed')
  })
})

describe('findings', () => {
  const { rules } = loadRules(shippedRuleFiles())
  const findingsOf = (events: readonly LocatedEvent[], surroundings: Surroundings) => {
    const detector = learningDetector(rules, {}, { surroundings })
    const told = events.flatMap((event) => [...detector.detect(event)])
    return withWhereabouts([...told, ...detector.finish().findings], surroundings.networks)
  }

  it('say where their address is, and a journey in words', () => {
    const events = [alive('2026-01-01T00:00:00Z'), signIn(at('10:00'), BERLIN), signIn(at('12:00'), SYDNEY)]
    const journey = findingsOf(events, { networks }).find(
      ({ rule }) => rule.id === 'principal-travel-impossible',
    )
    expect(journey).toMatchObject({
      id: `principal-travel-impossible#${events[2]?.event.eventID}`,
      rule: { level: 'medium', playbook: 'suspicious-login' },
      event: { eventName: 'ConsoleLogin', sourceIPAddress: SYDNEY },
      origin: { country: 'AU', asn: 64502, organization: 'Sydney Net' },
    })
    expect(journey?.notes?.[0]).toMatch(
      /^in AU, AS64502 Sydney Net, .* at 2026-01-08T12:00:00Z; in DE, AS64500 Berlin Net, .* from 2026-01-08T10:00:00Z .* at least 160\d\d km in at most 120 minutes, 80\d\d km\/h \(Example-City of 2026-11-20, Example-ASN of 2026-11-01\)$/,
    )
  })

  it('are what they were without a database', () => {
    const events = [signIn(at('10:00'), BERLIN, { additionalEventData: { MFAUsed: 'No' } })]
    const findings = findingsOf(events, {})
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.some((finding) => 'origin' in finding)).toBe(false)
  })
})
