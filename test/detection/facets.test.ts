import { describe, expect, it } from 'vitest'
import { FACET_FIELDS } from '../../lib/detection/facets.ts'
import { makeRuleIndex } from '../../lib/detection/index.ts'
import { type EventRule, loadRules } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

const DETECTIONS = [
  '{s: {userAgent|contains: [kali, pacu/]}, condition: s}',
  '{s: {errorCode|contains: Denied}, t: {userAgent|startswith: aws-cli}, condition: s and not t}',
  '{s: {errorCode: null, userIdentity.type: [Root, IAMUser]}, condition: s}',
  '{s: {userIdentity.invokedBy|exists: false, userIdentity.type|neq: AWSService}, condition: s}',
  '{a: {eventCategory: Data}, b: {userAgent: null}, c: {userIdentity.type: Root}, condition: 2 of them}',
  '{s: {userAgent|contains|all: [aws, linux], awsRegion: us-east-1}, condition: s}',
  "{s: {userAgent: [null, ''], userIdentity.type: Root}, condition: not s}",
  '{s: {userIdentity.invokedBy|fieldref: userAgent}, condition: s}',
]

const text = DETECTIONS.map(
  (detection, i) =>
    `title: r${i}\nname: r${i}\nlogsource: {product: aws, service: cloudtrail}\ndetection: ${detection}\n`,
).join('---\n')
const loaded = loadRules([{ path: 'facets.yml', text }])
const rules = loaded.rules as readonly EventRule[]
const NOTHING = { derived: () => undefined }

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  errorCode: [undefined, null, '', 'AccessDenied', 'accessdenied', 'Throttling', ['AccessDenied'], 403],
  userAgent: [
    undefined,
    null,
    '',
    'aws-cli/2 os/linux',
    'AWS Internal',
    'x KALI',
    { a: 'pacu/' },
    'k'.repeat(600),
  ],
  eventCategory: [undefined, 'Data', 'Management', true],
}
const IDENTITIES: readonly unknown[] = [
  undefined,
  null,
  'Root',
  { type: 'Root' },
  { type: 'root', invokedBy: 'AWS Internal' },
  { type: ['IAMUser', 'Root'] },
  { type: 'AWSService', invokedBy: null },
  [{ type: 'IAMUser' }, { type: 'Root', invokedBy: 'aws-cli/2 os/linux' }],
]

const events = VALUES['errorCode']!.flatMap((errorCode) =>
  VALUES['userAgent']!.flatMap((userAgent) =>
    VALUES['eventCategory']!.flatMap((eventCategory) =>
      IDENTITIES.flatMap((userIdentity) => {
        const event = { eventSource: 's3.amazonaws.com', eventName: 'A', awsRegion: 'us-east-1' }
        const odd = { errorCode, userAgent, eventCategory, userIdentity }
        const plain = Object.fromEntries(Object.entries(odd).filter(([, value]) => value !== undefined))
        return [
          { ...event, ...plain },
          { ...event, ...plain, 'userIdentity.type': 'IAMUser' },
        ]
      }),
    ),
  ),
) as readonly CloudTrailEvent[]

const byIndex = (index: ReturnType<typeof makeRuleIndex>, event: CloudTrailEvent) =>
  index
    .candidates(event)
    .filter(({ test }) => test(event, NOTHING))
    .map(({ rule }) => rule.ref.title)

const byRules = (event: CloudTrailEvent) =>
  rules.filter((rule) => rule.compiled.matches(event, NOTHING)).map((rule) => rule.ref.title)

describe('an index that asks a few fields before any rule', () => {
  it('loads the rules of this test', () => expect(loaded.rejected).toEqual([]))

  it('finds what every rule finds by itself, for texts, absent fields and odd values', () => {
    const index = makeRuleIndex(rules, FACET_FIELDS)
    const found = new Set<string>()
    for (const event of [...events, ...events]) {
      const matched = byIndex(index, event)
      expect(matched, JSON.stringify(event)).toEqual(byRules(event))
      for (const title of matched) found.add(title)
    }
    expect(found.size).toBe(DETECTIONS.length)
  })

  it('leaves out rules that the fields rule out', () => {
    const index = makeRuleIndex(rules.slice(0, 2), FACET_FIELDS)
    const event = { eventSource: 'ec2.amazonaws.com', eventName: 'A', userAgent: 'aws-cli/2 os/linux' }
    expect(index.candidates(event)).toEqual([])
    expect(byIndex(index, { ...event, userAgent: 'os/kali' })).toEqual(['r0'])
    expect(byIndex(index, { ...event, errorCode: 'AccessDenied', userAgent: 'x' })).toEqual(['r1'])
  })

  it('finds the same when texts and calls never come again', () => {
    const index = makeRuleIndex(rules, FACET_FIELDS)
    for (let i = 0; i < 30_000; i++) {
      const event = {
        eventSource: `s${i % 7}.amazonaws.com`,
        eventName: `Call${i}`,
        userAgent: i % 3 === 0 ? `kali ${i}` : `curl/${i}`,
        errorCode: i % 5 === 0 ? `Denied${i}` : `E${i}`,
        userIdentity: { type: 'IAMUser', invokedBy: `${i}.amazonaws.com` },
      }
      if (i % 37 === 0) expect(byIndex(index, event)).toEqual(byRules(event))
      else index.candidates(event)
    }
  })
})

describe('a test of how a text ends', () => {
  const ends = loadRules([
    {
      path: 'ends.yml',
      text: 'title: e\nname: e\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {awsRegion|endswith: .Kiosk}, condition: s}\n',
    },
  ]).rules as readonly EventRule[]

  it.each([
    ['a.kiosk', true],
    ['a.KIOSK', true],
    ['.kiosk', true],
    ['a.\u212aios\u212a', true],
    ['a.kiosk ', false],
    ['kiosk', false],
    ['a.k\u0130osk', false],
    ['\u0130\u0130.kiosk', true],
    ['', false],
  ])('%j', (awsRegion, expected) => {
    expect(ends[0]!.compiled.matches({ awsRegion }, NOTHING)).toBe(expected)
  })
})
