import { describe, expect, it } from 'vitest'
import { matches, type Row } from './sigma-match.ts'

/** Read off the Sigma specification 2.1.0, its appendix on modifiers, and what CloudTrail's events look like. */
const VALUES: readonly Row[] = [
  ['a number with a fraction', 's: {a: 1.5}', { a: '1.5' }, true],
  ['a negative number', 's: {a: -1}', { a: -1 }, true],
  ['zero is not missing', 's: {a: null}', { a: 0 }, false],
  ['false is not missing', 's: {a: null}', { a: false }, false],
  ['a list that holds null', 's: {a: null}', { a: ['x', null] }, true],
  ['null in a list of values and another value', 's: {a: [null, x]}', { a: 'y' }, false],
  ['text null is not null', "s: {a: 'null'}", {}, false],
  ['an empty list has no value', 's: {a: x}', { a: [] }, false],
  ['letters beyond ASCII fold too', 's: {a: ÄRGER}', { a: 'ärger' }, true],
  ['a slash is nothing special', 's: {a: a/b}', { a: 'a/b' }, true],
  ['a dot is nothing special', 's: {a: a.c}', { a: 'abc' }, false],
  ['brackets are nothing special', "s: {a: '[S3]*'}", { a: '[S3]x' }, true],
  ['a plus is nothing special', "s: {a|contains: 'a+b'}", { a: 'xa+by' }, true],
  ['three backslashes and a star', "s: {a: 'x\\\\\\*'}", { a: 'x\\*' }, true],
  ['a long text', 's: {a|contains: needle}', { a: `${'x'.repeat(9999)}needle` }, true],
  ['? for one character of many', "s: {a: '???'}", { a: 'abc' }, true],
  ['* and ? together', "s: {a: '?b*'}", { a: 'abcd' }, true],
  ['* and ? need the one', "s: {a: '*?'}", { a: '' }, false],
]

const MODIFIERS: readonly Row[] = [
  ['startswith with a list', 's: {a|startswith: [x, Get]}', { a: 'GetObject' }, true],
  ['endswith with a list', 's: {a|endswith: [x, Object]}', { a: 'GetObject' }, true],
  ['startswith of the whole', 's: {a|startswith: GetObject}', { a: 'GetObject' }, true],
  ['contains with cased', 's: {a|contains|cased: get}', { a: 'GetObject' }, false],
  ['startswith with cased', 's: {a|startswith|cased: Get}', { a: 'GetObject' }, true],
  ['contains of a number', 's: {a|contains: 23}', { a: 12345 }, true],
  ['contains over a list of values', 's: {a|contains: [q, bj]}', { a: 'GetObject' }, true],
  ['contains all over one list', 's: {a|contains|all: [x, z]}', { a: ['x', 'y'] }, false],
  ['all with equal values', 's: {a|all: [x, y]}', { a: ['x', 'y', 'z'] }, true],
  ['all with re', "s: {a|re|all: ['^G', 't$']}", { a: 'GetObject' }, true],
  ['all with re lacks one', "s: {a|re|all: ['^G', 'x$']}", { a: 'GetObject' }, false],
  ['neq of a list means none of them', 's: {a|neq: [x, y]}', { a: 'y' }, false],
  ['neq of a list, another value', 's: {a|neq: [x, y]}', { a: 'z' }, true],
  ['neq with contains', 's: {a|contains|neq: get}', { a: 'PutObject' }, true],
  ['neq with a number', 's: {a|neq: 5}', { a: 5 }, false],
  ['exists of a parent', 's: {a|exists: true}', { a: {} }, true],
  ['exists below a list', 's: {a.b|exists: true}', { a: [{}, { b: 1 }] }, true],
  ['exists below a list, nowhere', 's: {a.b|exists: true}', { a: [{}, { c: 1 }] }, false],
  ["exists as text 'true'", "s: {a|exists: 'true'}", { a: 1 }, true],
  ['lt of a fraction', 's: {a|lt: 0.5}', { a: 0.25 }, true],
  ['lt of a negative number', 's: {a|lt: 0}', { a: '-3' }, true],
  ['gt equal', 's: {a|gt: 10}', { a: 10 }, false],
  ['gte of a missing field', 's: {a|gte: 0}', {}, false],
  ['gt as number, not as text', 's: {a|gt: 9}', { a: '10' }, true],
  ['lte of any list member', 's: {a|lte: 3}', { a: [9, 2] }, true],
  ['minute', 's: {a|minute: 30}', { a: '2026-01-01T03:30:59Z' }, true],
  ['day', 's: {a|day: 31}', { a: '2026-01-31T23:59:59Z' }, true],
  ['year', 's: {a|year: 2026}', { a: '2026-12-31T23:59:59Z' }, true],
  ['hour of what is no time', 's: {a|hour: 0}', { a: 'today' }, false],
  ['hour of a list of hours', 's: {a|hour: [1, 2, 3]}', { a: '2026-01-01T02:00:00Z' }, true],
  ['cidr of one address', 's: {a|cidr: 192.0.2.1/32}', { a: '192.0.2.1' }, true],
  ['cidr of AWS Internal', 's: {a|cidr: 0.0.0.0/0}', { a: 'AWS Internal' }, false],
  [
    'cidr of an IPv6 address written in full',
    "s: {a|cidr: '2001:db8::/32'}",
    { a: '2001:0DB8:0:0:0:0:0:1' },
    true,
  ],
  ['cidr with neq', 's: {a|cidr|neq: 192.0.2.0/24}', { a: '198.51.100.1' }, true],
  ['re sees a number', "s: {a|re: '^4\\d\\d$'}", { a: 403 }, true],
  ['re with a class and a count', "s: {a|re: '^[a-z]{3}-[0-9]+$'}", { a: 'abc-123' }, true],
  ['re with alternation', "s: {a|re: '^(Get|List)'}", { a: 'ListUsers' }, true],
  ['re with i and m together', "s: {a|re|i|m: '^B$'}", { a: 'a\nb' }, true],
  ['windash: an em dash', "s: {a|windash|contains: ' -x'}", { a: 'tool —x' }, true],
  ['windash: a horizontal bar', "s: {a|windash|contains: ' /x'}", { a: 'tool ―x' }, true],
  ['fieldref endswith', 's: {a|fieldref|endswith: b}', { a: 'user/bob', b: 'bob' }, true],
  ['fieldref neq of a missing target', 's: {a|fieldref|neq: b}', { a: 'bob' }, true],
  ['fieldref between lists', 's: {a|fieldref: b}', { a: ['x', 'y'], b: ['z', 'y'] }, true],
  ['base64 keeps case apart only when asked', 's: {a|base64|cased: hi}', { a: 'agK=' }, false],
  [
    'utf16 has its mark',
    's: {a|utf16|base64: A}',
    { a: Buffer.from([0xff, 0xfe, 0x41, 0]).toString('base64') },
    true,
  ],
  [
    'utf16le and wide are one',
    's: {a|utf16le|base64: A}',
    { a: Buffer.from([0x41, 0]).toString('base64') },
    true,
  ],
]

/** Fields that are lists or objects in CloudTrail's events, and the questions public rules ask of them. */
const CLOUDTRAIL: readonly Row[] = [
  ['errorCode: null for a success', 's: {eventName: X, errorCode: null}', { eventName: 'X' }, true],
  [
    'errorCode: null for a failure',
    's: {eventName: X, errorCode: null}',
    { eventName: 'X', errorCode: 'AccessDenied' },
    false,
  ],
  ['errorCode that exists', 's: {errorCode|exists: true}', { errorCode: 'AccessDenied' }, true],
  ["readOnly: 'false' meets a boolean", "s: {readOnly: 'false'}", { readOnly: false }, true],
  ['managementEvent: true meets text', 's: {managementEvent: true}', { managementEvent: 'true' }, true],
  [
    'requestParameters searched in all leaves',
    's: {requestParameters|contains: 0.0.0.0/0}',
    { requestParameters: { ipPermissions: { items: [{ ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] } } },
    true,
  ],
  [
    'requestParameters searched as JSON',
    `s: {requestParameters|contains: '"publiclyAccessible":true'}`,
    { requestParameters: { publiclyAccessible: true } },
    true,
  ],
  [
    'a list inside a list of objects',
    's: {requestParameters.containerDefinitions.command|contains: $AWS_CONTAINER}',
    { requestParameters: { containerDefinitions: [{ command: ['sh', 'curl $AWS_CONTAINER_CREDENTIALS'] }] } },
    true,
  ],
  [
    'presence of a list',
    "s: {requestParameters.layers|contains: '*'}",
    { requestParameters: { layers: ['arn:aws:lambda:us-east-1:111122223333:layer:x:1'] } },
    true,
  ],
  ['no list, no presence', "s: {requestParameters.layers|contains: '*'}", { requestParameters: {} }, false],
  ['requestParameters that is null', 's: {requestParameters.x: y}', { requestParameters: null }, false],
  [
    'requestParameters that is text',
    's: {requestParameters|contains: y}',
    { requestParameters: 'xyz' },
    true,
  ],
  ['a key that holds dots', 's: {requestParameters.x.y: 1}', { requestParameters: { 'x.y': 1 } }, true],
  [
    'a caller who names himself',
    's: {userIdentity.userName|fieldref: requestParameters.userName}',
    { userIdentity: { userName: 'bob' }, requestParameters: { userName: 'bob' } },
    true,
  ],
]

describe.each([
  ['values', VALUES],
  ['modifiers', MODIFIERS],
  ["CloudTrail's shapes", CLOUDTRAIL],
] as const)('Sigma by its specification: %s', (_group, rows) => {
  it.each(rows.map((row) => [...row]))('%s', (_what, detection, event, expected) => {
    expect(matches(detection as string, event as Record<string, unknown>)).toBe(expected)
  })
})
