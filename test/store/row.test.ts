import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventOf, rowOf } from '../../lib/store/row.ts'
import type { TableName } from '../../lib/store/schema.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import {
  aggregated,
  consoleLogin,
  insight,
  networkActivity,
  roleCall,
  serviceEvent,
} from '../support/stored-events.ts'

const row = (event: unknown, table?: TableName) =>
  rowOf({ event: event as CloudTrailEvent, key: 'AWSLogs/a.json.gz', index: 7 }, table)
const others = (event: unknown) => {
  const text = row(event)['otherfields']
  return typeof text === 'string' ? JSON.parse(text) : text
}

describe('a row', () => {
  it('holds an AssumedRole call in Lake’s columns', () => {
    const found = row(roleCall)
    expect(found['eventtime']).toEqual(new Date(Date.UTC(2026, 10, 1, 10, 0, 7)))
    expect(found['eventname']).toBe('PutBucketPolicy')
    expect(found['requestparameters']).toBe(
      '{"bucketName":"logs","ratio":0.1,"deep":{"a":[1,2.5,null]},"text":"é\\u0000😀"}',
    )
    expect(found['responseelements']).toBeNull()
    expect(found['readonly']).toBe(false)
    expect(found['managementevent']).toBe(true)
    expect(found['resources']).toEqual([
      { accountid: '111122223333', type: 'AWS::S3::Bucket', arn: 'arn:aws:s3:::logs', arnprefix: null },
    ])
    expect(found['useridentity']).toMatchObject({
      type: 'AssumedRole',
      accesskeyid: 'ASIAEXAMPLE',
      username: null,
      sessioncontext: {
        attributes: { creationdate: new Date(Date.UTC(2026, 10, 1, 9, 0, 0)), mfaauthenticated: 'false' },
        sessionissuer: { username: 'deploy' },
        webidfederationdata: {
          federatedprovider: 'arn:aws:iam::111122223333:oidc-provider/x',
          attributes: '{"sub":"a"}',
        },
      },
      inscopeof: { sourcearn: 'arn:aws:lambda:us-east-1:111122223333:function:f', credentiaisissuedto: 'f' },
    })
    expect(found['otherfields']).toBeNull()
    expect(found['sourcefile']).toBe('AWSLogs/a.json.gz')
    expect(found['recordindex']).toBe(7)
  })

  it('keeps fields without a column below their own name', () => {
    const event = {
      ...roleCall,
      eventContext: { tags: [1] },
      userIdentity: {
        type: 'IdentityCenterUser',
        credentialId: 'c-1',
        sessionContext: { assumedRoot: 'true' },
      },
      tlsDetails: { tlsVersion: 'TLSv1.3', hybrid: true },
    }
    expect(others(event)).toEqual({
      eventContext: { tags: [1] },
      userIdentity: { credentialId: 'c-1', sessionContext: { assumedRoot: 'true' } },
      tlsDetails: { hybrid: true },
    })
  })

  it('cannot be overruled by fields that are called like our own columns', () => {
    const event = {
      ...roleCall,
      sourceFile: 'forged',
      recordIndex: 99,
      otherFields: {},
      sourcefile: 'x',
      day: 'y',
    }
    expect(row(event)).toMatchObject({ sourcefile: 'AWSLogs/a.json.gz', recordindex: 7 })
    expect(others(event)).toEqual({
      sourceFile: 'forged',
      recordIndex: 99,
      otherFields: {},
      sourcefile: 'x',
      day: 'y',
    })
  })

  it.each([
    ['userIdentity', 'root'],
    ['userIdentity', ['root']],
    ['resources', { ARN: 'arn:aws:s3:::logs' }],
    ['resources', 'arn:aws:s3:::logs'],
    ['requestParameters', 'HIDDEN_DUE_TO_SECURITY_REASONS'],
    ['requestParameters', [1, 2]],
    ['eventName', { a: 1 }],
    ['readOnly', 'perhaps'],
    ['tlsDetails', 3],
  ])('keeps %s of a wrong shape (%j) and leaves its column empty', (field, value) => {
    expect(row({ ...roleCall, [field]: value })[field.toLowerCase()]).toBeNull()
    expect(others({ ...roleCall, [field]: value })).toEqual({ [field]: value })
  })

  it('reads booleans and numbers written as text, and text written as numbers, and keeps how they were written', () => {
    const event = { ...roleCall, readOnly: 'true', managementEvent: 'false', eventVersion: 1.08 }
    expect(row(event)).toMatchObject({ readonly: true, managementevent: false, eventversion: '1.08' })
    expect(others(event)).toEqual({ readOnly: 'true', managementEvent: 'false', eventVersion: 1.08 })
  })

  it('reads resources in another letter case, and shows what it can of a damaged list', () => {
    const resources = [{ arn: 'arn:aws:s3:::a', accountID: '111122223333' }, 'odd', null]
    const found = row({ ...roleCall, resources })
    expect(found['resources']).toEqual([
      { accountid: '111122223333', type: null, arn: 'arn:aws:s3:::a', arnprefix: null },
      null,
      null,
    ])
    expect(eventOf(found).resources).toEqual(resources)
  })

  it.each([
    ['2026-11-01T10:00:07Z', '2026-11-01T10:00:07.000Z'],
    ['2026-11-01T10:00:07.123456Z', '2026-11-01T10:00:07.123Z'],
    ['2026-11-01T10:00:07+02:00', '2026-11-01T08:00:07.000Z'],
    ['2026-11-01 10:00:07', '2026-11-01T10:00:07.000Z'],
    ['Nov 1, 2026 10:00:07 AM', '2026-11-01T10:00:07.000Z'],
    ['Sun, 01 Nov 2026 10:00:07 GMT', '2026-11-01T10:00:07.000Z'],
  ])('reads the time %s as UTC and gives it back as it was written', (eventTime, utc) => {
    const found = row({ ...roleCall, eventTime })
    expect((found['eventtime'] as Date).toISOString()).toBe(utc)
    expect(eventOf(found).eventTime).toBe(eventTime)
  })

  it.each(['yesterday', '', 17, '+123456-01-01T00:00:00Z'])(
    'keeps the unreadable time %j as it is',
    (eventTime) => {
      expect(row({ ...roleCall, eventTime })['eventtime']).toBeNull()
      expect(others({ ...roleCall, eventTime })).toEqual({ eventTime })
    },
  )

  it('keeps a lone surrogate, which UTF-8 cannot hold', () => {
    const found = row({ ...roleCall, userAgent: 'a\ud800b' })
    expect(found['useragent']).toBe('a\ufffdb')
    expect(eventOf(found).userAgent).toBe('a\ud800b')
  })

  it('keeps a field called __proto__', () => {
    const event = JSON.parse('{"__proto__":{"a":1},"userIdentity":{"__proto__":"x","type":"Root"}}')
    expect(JSON.stringify(eventOf(row(event)))).toBe(
      '{"userIdentity":{"type":"Root","__proto__":"x"},"__proto__":{"a":1}}',
    )
  })

  it('gives an aggregated event the columns of its own table', () => {
    expect(row(aggregated)).toMatchObject({
      accountid: '111122223333',
      eventid: aggregated['eventId'],
      timewindow: { windowstart: new Date(Date.UTC(2026, 10, 1, 10, 5)), windowsize: 'PT5M' },
      otherfields: null,
    })
  })
})

describe('the event behind a row', () => {
  it.each([
    ['AssumedRole call', roleCall, 'events'],
    ['console sign-in', consoleLogin, 'events'],
    ['service event', serviceEvent, 'events'],
    ['Insight', insight, 'insights'],
    ['network activity event', networkActivity, 'network_events'],
    ['aggregated event', aggregated, 'aggregated_events'],
  ] as const)('comes back whole: %s', (_name, event, table) => {
    expect(plain(eventOf(row(event), table))).toEqual(withoutNulls(event))
  })

  it('loses no field, whatever the record holds', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(plain(eventOf(row(event, 'events')))).toEqual(withoutNulls(event))
      }),
      { numRuns: 500 },
    )
  })
})

const plain = (value: unknown): unknown => withoutNulls(JSON.parse(JSON.stringify(value)))

/** Null fields of the record and of its structs are the one thing a row gives up. */
const STRUCTS = new Set([
  'userIdentity',
  'sessionContext',
  'attributes',
  'sessionIssuer',
  'webIdFederationData',
  'tlsDetails',
  'onBehalfOf',
  'inScopeOf',
  'timeWindow',
])
const withoutNulls = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    kept.map(([name, inner]) => [
      name,
      STRUCTS.has(name) || name === 'resources' ? nullsOf(name, inner) : inner,
    ]),
  )
}
const nullsOf = (name: string, inner: unknown): unknown =>
  name === 'resources' && Array.isArray(inner) ? inner.map(withoutNulls) : withoutNulls(inner)

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
)
const json = fc
  .jsonValue({ noUnicodeString: false } as never)
  .map((value) => JSON.parse(JSON.stringify(value)))
const time = fc.oneof(fc.constant('2026-11-01T10:00:07Z'), scalar)
const identity = fc.record(
  {
    type: fc.oneof(fc.string(), json),
    arn: scalar,
    accountId: scalar,
    credentialId: json,
    sessionContext: fc.oneof(
      json,
      fc.record(
        {
          attributes: fc.oneof(json, fc.record({ creationDate: time, mfaAuthenticated: scalar })),
          sessionIssuer: json,
          odd: json,
          webIdFederationData: fc.record({ federatedProvider: scalar, attributes: json }),
        },
        { requiredKeys: [] },
      ),
    ),
    inScopeOf: fc.oneof(json, fc.record({ credentialsIssuedTo: scalar, credentiaisissuedto: scalar })),
  },
  { requiredKeys: [] },
)
const resource = fc.oneof(
  json,
  fc.record({ ARN: scalar, arn: scalar, accountId: scalar, type: json }, { requiredKeys: [] }),
)
const anyEvent = fc
  .record(
    {
      eventTime: time,
      eventName: fc.oneof(fc.string(), json),
      readOnly: fc.oneof(fc.boolean(), json, fc.constantFrom('true', 'false')),
      userIdentity: fc.oneof(json, identity),
      requestParameters: json,
      addendum: json,
      resources: fc.oneof(json, fc.array(resource)),
      tlsDetails: json,
      sourceFile: json,
      otherFields: json,
      unheardOf: json.filter((value) => value !== null),
    },
    { requiredKeys: [] },
  )
  // -0 has no JSON form that survives JSON.stringify.
  .map((event) => JSON.parse(JSON.stringify(event)) as CloudTrailEvent)
