import { describe, expect, it } from 'vitest'
import type { ActionType, ApiCall, Json } from '../../lib/action.ts'
import { isReading } from '../../lib/containment/look.ts'
import { RESTORING } from '../../lib/containment/own-snapshots.ts'
import {
  newestBefore,
  parseSnapshots,
  serialiseSnapshots,
  type TakenSnapshots,
} from '../../lib/containment/stored-snapshots.ts'
import { takeSnapshots } from '../../lib/containment/take-snapshots.ts'
import type { ApiAnswer, Responder } from '../../lib/ports.ts'
import { event, OWN_SNAPSHOTS, planFor, SAMPLES } from './events.ts'

const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main'
const FOREIGN = 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/organization'
const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/trailwarden-prod-api-calls'
const ON_BUS = 'arn:aws:events:eu-west-1:111122223333:rule/trailwarden-prod-findings/trailwarden-prod-contain'
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:trailwarden-prod-contain'
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/db05b260-558c-48be-8868-cbf7172958f7'
const SETTINGS = OWN_SNAPSHOTS.trails!.get(TRAIL)!.trail as Json
const SELECTORS = OWN_SNAPSHOTS.trails!.get(TRAIL)!.eventSelectors as Json
const TARGETS = [{ Id: 'queue', Arn: 'arn:aws:sqs:eu-west-1:111122223333:trailwarden-prod-events' }]
const PATTERN = '{"detail-type":["AWS API Call via CloudTrail"]}'
const rule = (Arn: string, Name: string) => ({ Arn, Name, EventPattern: PATTERN, State: 'ENABLED' })

/** What the account answers, by operation. */
const ANSWERS: Readonly<Record<string, (input: ApiCall['input']) => Json | { error: string }>> = {
  ListTrails: ({ NextToken }) =>
    NextToken === undefined
      ? { Trails: [{ TrailARN: FOREIGN, HomeRegion: 'eu-west-1' }], NextToken: 'two' }
      : { Trails: [{ TrailARN: TRAIL, HomeRegion: 'eu-west-1' }] },
  GetTrail: () => ({ Trail: SETTINGS }),
  GetEventSelectors: () => ({ TrailARN: TRAIL, EventSelectors: SELECTORS }),
  GetInsightSelectors: () => ({ error: 'InsightNotEnabledException' }),
  ListTags: () => ({ ResourceTagList: [{ ResourceId: TRAIL, TagsList: [{ Key: 'owner', Value: 'x' }] }] }),
  ListRules: ({ EventBusName }) => ({
    Rules: [
      EventBusName ? rule(ON_BUS, 'trailwarden-prod-contain') : rule(RULE, 'trailwarden-prod-api-calls'),
    ],
  }),
  ListTargetsByRule: () => ({ Targets: TARGETS }),
  ListFunctions: ({ Marker }) =>
    Marker === undefined
      ? { Functions: [{ FunctionName: 'other', FunctionArn: 'arn:other' }], NextMarker: 'two' }
      : { Functions: [{ FunctionName: 'trailwarden-prod-contain', FunctionArn: FUNCTION }] },
  GetFunctionConcurrency: () => ({ ReservedConcurrentExecutions: 2 }),
  GetBucketPolicy: ({ Bucket }) =>
    Bucket === 'acme-logs' ? { Policy: '{}' } : { error: 'NoSuchBucketPolicy' },
  GetBucketLifecycleConfiguration: () => ({ error: 'NoSuchLifecycleConfiguration' }),
  DescribeKey: () => ({ KeyMetadata: { KeyState: 'Enabled' } }),
}

const account = (change: Readonly<Record<string, () => Json | { error: string }>> = {}) => {
  const calls: ApiCall[] = []
  const responder: Responder = {
    call: async (call): Promise<ApiAnswer> => {
      calls.push(call)
      const answer = { ...ANSWERS, ...change }[call.operation]!(call.input) as { error?: string }
      return answer.error === undefined
        ? { output: answer as Json }
        : { error: answer.error, message: 'so it is' }
    },
  }
  return { responder, calls }
}

const clock = { now: () => '2026-11-01T09:00:00.500Z' }
const SCOPE = {
  accountId: '111122223333',
  region: 'eu-west-1',
  ownPrefix: 'trailwarden-prod-',
  buses: ['trailwarden-prod-findings'],
  buckets: ['acme-lake'],
  keys: [],
}
const taken = (change?: Parameters<typeof account>[0]) =>
  takeSnapshots(account(change).responder, clock, SCOPE)

describe('a snapshot of our own configuration', () => {
  it('holds trails, rules, functions, buckets and keys as the APIs say', async () => {
    const { responder, calls } = account()
    const { snapshots, missing, time } = await takeSnapshots(responder, clock, SCOPE)
    expect([missing, time]).toEqual([[], '2026-11-01T09:00:00.500Z'])
    expect([...snapshots.trails!.keys()]).toEqual([TRAIL])
    expect(snapshots.trails!.get(TRAIL)).toEqual({
      trail: SETTINGS,
      eventSelectors: SELECTORS,
      insightSelectors: [],
      tags: [{ Key: 'owner', Value: 'x' }],
    })
    expect([...snapshots.rules!.keys()].sort()).toEqual([RULE, ON_BUS])
    expect(snapshots.rules!.get(RULE)).toMatchObject({ targets: TARGETS, rule: { EventPattern: PATTERN } })
    expect([...snapshots.functions!]).toEqual([[FUNCTION, { reservedConcurrency: 2 }]])
    expect([...snapshots.buckets!]).toEqual([
      ['acme-lake', { policy: null, lifecycleRules: null }],
      ['acme-logs', { policy: '{}', lifecycleRules: null }],
    ])
    expect([...snapshots.keys!]).toEqual([[KEY, { keyState: 'Enabled' }]])
    expect(calls.filter((call) => !isReading(call))).toEqual([])
  })

  it('says what it could not read, and reads the rest', async () => {
    const denied = () => ({ error: 'AccessDenied' })
    const { snapshots, missing } = await taken({
      GetEventSelectors: denied,
      GetBucketPolicy: denied,
      ListTargetsByRule: denied,
      GetFunctionConcurrency: () => {
        throw new Error('no answer')
      },
    })
    expect(snapshots.trails!.get(TRAIL)).not.toHaveProperty('eventSelectors')
    expect(snapshots.trails!.get(TRAIL)!.trail).toEqual(SETTINGS)
    expect(snapshots.buckets!.get('acme-logs')).toEqual({ lifecycleRules: null })
    expect(snapshots.rules!.get(RULE)).not.toHaveProperty('targets')
    expect([...snapshots.functions!]).toEqual([])
    expect(missing.map(({ what }) => what).sort()).toEqual(
      [TRAIL, RULE, ON_BUS, FUNCTION, 'acme-lake', 'acme-logs'].sort(),
    )
    expect(missing.find(({ what }) => what === FUNCTION)!.reason).toBe(
      'lambda:GetFunctionConcurrency: no answer',
    )
  })

  it('comes back from its file as it was taken', async () => {
    const before = await taken()
    const text = serialiseSnapshots(before)
    expect(parseSnapshots('s.json', text)).toEqual(before)
    expect(serialiseSnapshots(parseSnapshots('s.json', text))).toBe(text)
  })

  it.each([
    ['', /^s\.json: expected JSON/],
    ['[]', /^s\.json: expected snapshots of version 1, found \[\]/],
    ['{"version":2}', /expected snapshots of version 1, found 2/],
    ['{"version":1,"time":"soon"}', /time: expected a UTC time, found "soon"/],
    ['{"version":1,"time":"2026-11-01T09:00:00Z","accountId":1}', /accountId: expected 12 digits, found 1/],
    [
      '{"version":1,"time":"2026-11-01T09:00:00Z","accountId":"111122223333","snapshots":{"trails":[1]}}',
      /snapshots\.trails: expected a map of maps/,
    ],
  ])('refuses %s by name', (text, message) => {
    expect(() => parseSnapshots('s.json', text)).toThrow(message)
  })
})

describe('which snapshot an event gets', () => {
  const at = (time: string) => ({ time })
  const three = [
    at('2026-11-01T08:00:00.000Z'),
    at('2026-11-01T10:00:00.000Z'),
    at('2026-11-01T09:00:00.000Z'),
  ]

  it('is the newest from before it', () => {
    expect(newestBefore(three, '2026-11-01T09:30:00Z')).toBe(three[2])
    expect(newestBefore(three, '2026-11-01T10:00:01Z')).toBe(three[1])
  })

  it('is none that was taken in the moment of the event, or later', () => {
    expect(newestBefore(three, '2026-11-01T10:00:00Z')).toBe(three[2])
    expect(newestBefore(three, '2026-11-01T08:00:00Z')).toBeUndefined()
    expect(newestBefore(three, undefined)).toBeUndefined()
    expect(newestBefore(three, 'yesterday')).toBeUndefined()
  })
})

describe('a plan with what was taken', () => {
  const DISABLED = SAMPLES['our rule disabled']!.raw
  const eventTime = Date.parse(String(DISABLED.eventTime))
  const hours = (n: number) => new Date(eventTime + n * 3_600_000).toISOString()
  const on = async (time: string, change?: Parameters<typeof account>[0]): Promise<TakenSnapshots> => ({
    ...(await taken(change)),
    time,
  })
  const weak = {
    ListRules: () => ({ Rules: [{ ...rule(RULE, 'trailwarden-prod-api-calls'), State: 'DISABLED' }] }),
  }

  it('restores what was before the event, never what the attacker left', async () => {
    const plan = planFor(DISABLED, ['restore-event-rule'], {
      taken: [await on(hours(-1)), await on(hours(1), weak), await on(hours(-2), weak)],
    })
    expect(plan.actions[0]!.calls.map(({ operation, input }) => [operation, input['State']])).toEqual([
      ['PutRule', 'ENABLED'],
      ['PutTargets', undefined],
    ])
  })

  it('refuses when the only snapshot is newer than the event', async () => {
    const plan = planFor(DISABLED, ['restore-event-rule'], { taken: [await on(hours(1))] })
    expect(plan.actions).toEqual([])
    expect(plan.refused[0]!.reason).toMatch(/no snapshot of this rule/)
  })

  it('leaves a rule off that was off before', async () => {
    const raw = event('RemoveTargets', 'events', {
      requestParameters: { rule: 'trailwarden-prod-api-calls' },
    })
    const plan = planFor(raw, ['restore-event-rule'], { taken: [await on(hours(-1), weak)] })
    expect(plan.actions[0]!.calls[0]!.input['State']).toBe('DISABLED')
    expect(plan.actions[0]!.done![0]!.equals).toEqual(['DISABLED', PATTERN])
  })

  it('makes a deleted trail again without the tags that only AWS may set', async () => {
    const tags = () => ({
      ResourceTagList: [
        {
          TagsList: [
            { Key: 'aws:cloudformation:stack-name', Value: 'x' },
            { Key: 'owner', Value: 'y' },
          ],
        },
      ],
    })
    const raw = event('DeleteTrail', 'cloudtrail', { requestParameters: { name: TRAIL } })
    const plan = planFor(raw, ['recreate-trail'], { taken: [await on(hours(-1), { ListTags: tags })] })
    expect(plan.actions[0]!.calls[0]!.input['TagsList']).toEqual([{ Key: 'owner', Value: 'y' }])
  })

  it('knows every action that reads a snapshot', () => {
    const reading = Object.values(SAMPLES).flatMap(({ raw, action }) => {
      const without = JSON.stringify(planFor(raw, [action], {}).actions)
      const withThem = JSON.stringify(planFor(raw, [action], { ownSnapshots: OWN_SNAPSHOTS }).actions)
      return without === withThem ? [] : [action]
    })
    expect(reading.filter((type) => !RESTORING.has(type as ActionType))).toEqual([])
    expect(reading.length).toBeGreaterThan(6)
  })
})
