import { describe, expect, it } from 'vitest'
import type { Json } from '../../lib/action.ts'
import type { TrailSnapshot } from '../../lib/containment/own-snapshots.ts'
import { event, OWN_SNAPSHOTS, planFor } from './events.ts'

const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main'
const SAVED = OWN_SNAPSHOTS.trails!.get(TRAIL)!

const planOf = (name: string, type: string, requestParameters: object, saved: TrailSnapshot, more = {}) =>
  planFor(
    event(name, 'cloudtrail', { requestParameters, responseElements: { trailARN: TRAIL, ...more } }),
    [type],
    {
      ownSnapshots: { trails: new Map([[TRAIL, saved]]) },
    },
  )

const restores = (was: readonly Json[], eventSelectors: readonly unknown[]) =>
  planOf(
    'PutEventSelectors',
    'restore-event-selectors',
    { trailName: 'main', eventSelectors },
    { eventSelectors: was },
  ).actions.length === 1

const ALL_EVENTS = { ReadWriteType: 'All', IncludeManagementEvents: true }
const bucket = (...Values: string[]) => ({ DataResources: [{ Type: 'AWS::S3::Object', Values }] })
const asked = (fields: object) => ({ readWriteType: 'All', includeManagementEvents: true, ...fields })
const askedBucket = (...values: string[]) => ({ dataResources: [{ type: 'AWS::S3::Object', values }] })

describe('event selectors that changed', () => {
  it.each<[string, Json, readonly unknown[], boolean]>([
    ['the same', ALL_EVENTS, [asked({})], false],
    ['reading events left out', ALL_EVENTS, [asked({ readWriteType: 'WriteOnly' })], true],
    [
      'writing events only, as before',
      { ...ALL_EVENTS, ReadWriteType: 'WriteOnly' },
      [asked({ readWriteType: 'WriteOnly' })],
      false,
    ],
    ['more than before', { ...ALL_EVENTS, ReadWriteType: 'WriteOnly' }, [asked({})], false],
    ['management events left out', ALL_EVENTS, [asked({ includeManagementEvents: false })], true],
    [
      'a source left out',
      ALL_EVENTS,
      [asked({ excludeManagementEventSources: ['kms.amazonaws.com'] })],
      true,
    ],
    [
      'a source that was left out before',
      { ...ALL_EVENTS, ExcludeManagementEventSources: ['kms.amazonaws.com'] },
      [asked({ excludeManagementEventSources: ['kms.amazonaws.com'] })],
      false,
    ],
    ['data events left out', { ...ALL_EVENTS, ...bucket('arn:aws:s3') }, [asked({})], true],
    [
      'data events of one bucket only',
      { ...ALL_EVENTS, ...bucket('arn:aws:s3') },
      [asked(askedBucket('arn:aws:s3:::one/'))],
      true,
    ],
    [
      'data events of all buckets',
      { ...ALL_EVENTS, ...bucket('arn:aws:s3:::one/') },
      [asked(askedBucket('arn:aws:s3'))],
      false,
    ],
    [
      'data events of something else',
      { ...ALL_EVENTS, ...bucket('arn:aws:s3') },
      [asked({ dataResources: [{ type: 'AWS::Lambda::Function', values: ['arn:aws:s3'] }] })],
      true,
    ],
    ['nothing at all', ALL_EVENTS, [], true],
    ['not a list of selectors', ALL_EVENTS, ['x', null, 7], true],
  ])('%s', (_name, was, now, restored) => {
    expect(restores([was], now)).toBe(restored)
  })

  it('advanced ones are weakened when one that was there is not there letter by letter, whatever its name', () => {
    const was = [{ Name: 'a', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }]
    const put = (advancedEventSelectors: readonly unknown[]) =>
      planOf(
        'PutEventSelectors',
        'restore-event-selectors',
        { trailName: 'main', advancedEventSelectors },
        { advancedEventSelectors: was },
      )
    const same = { name: 'b', fieldSelectors: [{ field: 'eventCategory', equals: ['Management'] }] }
    expect(put([same]).refused[0]!.reason).toContain('nothing was weakened')
    const narrowed = {
      ...same,
      fieldSelectors: [...same.fieldSelectors, { field: 'readOnly', equals: ['false'] }],
    }
    expect(put([narrowed]).actions[0]!.calls[0]!.input).toEqual({
      TrailName: TRAIL,
      AdvancedEventSelectors: was,
    })
    expect(put([]).actions).toHaveLength(1)
  })
})

describe('a trail that was updated', () => {
  const update = (asks: object, answers: object) =>
    planOf('UpdateTrail', 'restore-trail', { name: 'main', ...asks }, SAVED, answers)

  it.each([
    ['one Region', { isMultiRegionTrail: false }, {}, 'IsMultiRegionTrail is off'],
    ['no global services', { includeGlobalServiceEvents: false }, {}, 'IncludeGlobalServiceEvents is off'],
    [
      'no validation',
      { enableLogFileValidation: false },
      { logFileValidationEnabled: false },
      'LogFileValidationEnabled is off',
    ],
    [
      'another bucket',
      { s3BucketName: 'theirs' },
      { s3BucketName: 'theirs' },
      'S3BucketName is another or gone',
    ],
    ['no key', { kmsKeyId: '' }, {}, 'KmsKeyId is another or gone'],
  ])('is restored: %s', (_name, asks, answers, words) => {
    expect(update(asks, answers).actions.map(({ blastRadius }) => blastRadius)).toEqual([
      `Nobody. What was weakened is as the snapshot says: ${words}.`,
    ])
  })

  it.each([
    ['nothing', {}],
    ['the same bucket', { s3BucketName: 'acme-logs' }],
    ['validation on', { enableLogFileValidation: true }],
    ['a topic where none was', { snsTopicName: 'news' }],
  ])('is left alone: %s', (_name, asks) => {
    const { actions, refused } = update(asks, {})
    expect(actions).toEqual([])
    expect(refused[0]!.reason).toContain('weakens nothing')
  })

  it('is not restored from a snapshot that is not whole', () => {
    for (const trail of [{}, { S3BucketName: 7 }, { S3BucketName: 'b', IsMultiRegionTrail: 'yes' }]) {
      const plan = planOf(
        'UpdateTrail',
        'restore-trail',
        { isMultiRegionTrail: false },
        { trail: trail as never },
      )
      expect(plan.refused[0]!.reason).toContain('no snapshot of its settings')
    }
  })
})

describe('Insights selectors that changed', () => {
  const put = (types: readonly string[]) =>
    planOf(
      'PutInsightSelectors',
      'restore-insight-selectors',
      { trailName: 'main', insightSelectors: types.map((insightType) => ({ insightType })) },
      SAVED,
    )

  it('are restored when a kind is gone, and only then', () => {
    expect(put(['ApiCallRateInsight']).actions[0]!.calls[0]!.input['InsightSelectors']).toEqual(
      SAVED.insightSelectors,
    )
    expect(put(['ApiErrorRateInsight', 'ApiCallRateInsight']).actions).toEqual([])
  })
})

describe('a key that was enabled before', () => {
  it('is enabled again, and only then', () => {
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/db05b260-558c-48be-8868-cbf7172958f7'
    const raw = event('ScheduleKeyDeletion', 'kms', { requestParameters: { keyId: arn } })
    const callsWith = (keyState: string) =>
      planFor(raw, ['cancel-key-deletion'], { ownSnapshots: { keys: new Map([[arn, { keyState }]]) } })
        .actions[0]!
    expect(callsWith('Enabled').calls.map(({ operation }) => operation)).toEqual([
      'CancelKeyDeletion',
      'EnableKey',
    ])
    expect(callsWith('Enabled').done![0]).toMatchObject({ query: 'KeyMetadata.KeyState', equals: 'Enabled' })
    expect(callsWith('Disabled').calls.map(({ operation }) => operation)).toEqual(['CancelKeyDeletion'])
  })
})
