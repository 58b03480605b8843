import { describe, expect, it } from 'vitest'
import { loadRules } from '../../lib/detection/rules.ts'
import { matches, type Row } from './sigma-match.ts'

const b64 = (text: string) => Buffer.from(text).toString('base64')

const STRINGS: readonly Row[] = [
  ['equal text', 's: {a: x}', { a: 'x' }, true],
  ['other text', 's: {a: x}', { a: 'y' }, false],
  ['case does not count', 's: {a: StopLogging}', { a: 'STOPlogging' }, true],
  ['case counts with cased', 's: {a|cased: StopLogging}', { a: 'stoplogging' }, false],
  ['cased equal', 's: {a|cased: StopLogging}', { a: 'StopLogging' }, true],
  ['field names are exact', 's: {Event: x}', { event: 'x' }, false],
  ['a part is not the whole', 's: {a: stop}', { a: 'StopLogging' }, false],
  ['list means or', 's: {a: [x, y]}', { a: 'y' }, true],
  ['list without a hit', 's: {a: [x, y]}', { a: 'z' }, false],
  ['* at the end', "s: {a: 'Stop*'}", { a: 'StopLogging' }, true],
  ['* at the start', "s: {a: '*Logging'}", { a: 'StopLogging' }, true],
  ['* in the middle', "s: {a: 'S*g'}", { a: 'StopLogging' }, true],
  ['* also for nothing', "s: {a: 'x*'}", { a: 'x' }, true],
  ['* does not match a missing field', "s: {a: '*'}", {}, false],
  ['several *', "s: {a: '*a*b*c*'}", { a: 'xxaxxbxxc' }, true],
  ['several * in the wrong order', "s: {a: '*a*b*c*'}", { a: 'xxcxxbxxa' }, false],
  ['? is one character', "s: {a: 'x?z'}", { a: 'xyz' }, true],
  ['? is not none', "s: {a: 'x?z'}", { a: 'xz' }, false],
  ['escaped * is a star', "s: {a: 'x\\*'}", { a: 'x*' }, true],
  ['escaped * is no wildcard', "s: {a: 'x\\*'}", { a: 'xy' }, false],
  ['escaped ? is a question mark', "s: {a: 'x\\?'}", { a: 'x?' }, true],
  ['one backslash is itself', "s: {a: 'x\\y'}", { a: 'x\\y' }, true],
  ['two backslashes are one', "s: {a: 'x\\\\y'}", { a: 'x\\y' }, true],
  ['escaped backslash before a wildcard', "s: {a: 'x\\\\*'}", { a: 'x\\anything' }, true],
  ['a line break is a character too', "s: {a: 'x*z'}", { a: 'x\ny\nz' }, true],
  ['empty text', "s: {a: ''}", { a: '' }, true],
  ['empty text is not missing', "s: {a: ''}", {}, false],
  ['contains', 's: {a|contains: log}', { a: 'StopLogging' }, true],
  ['contains not', 's: {a|contains: trail}', { a: 'StopLogging' }, false],
  ['contains with a wildcard inside', "s: {a|contains: 'p*g'}", { a: 'StopLogging!' }, true],
  ['contains * asks for presence', "s: {a|contains: '*'}", { a: 'x' }, true],
  ['startswith', 's: {a|startswith: stop}', { a: 'StopLogging' }, true],
  ['startswith not in the middle', 's: {a|startswith: log}', { a: 'StopLogging' }, false],
  ['endswith', 's: {a|endswith: logging}', { a: 'StopLogging' }, true],
  ['endswith not at the start', 's: {a|endswith: stop}', { a: 'StopLogging' }, false],
  ['contains all', 's: {a|contains|all: [stop, log]}', { a: 'StopLogging' }, true],
  ['contains all lacks one', 's: {a|contains|all: [stop, trail]}', { a: 'StopLogging' }, false],
  ['windash: a slash for a dash', "s: {a|windash|contains: ' -enc'}", { a: 'tool /enc x' }, true],
  ['windash: an en dash', "s: {a|windash|contains: ' -enc'}", { a: 'tool –enc x' }, true],
  ['windash: still the dash', "s: {a|windash|contains: ' -enc'}", { a: 'tool -enc x' }, true],
  ['windash: no other sign', "s: {a|windash|contains: ' -enc'}", { a: 'tool +enc x' }, false],
]

const TYPES: readonly Row[] = [
  ['number by its text', "s: {a: '22'}", { a: 22 }, true],
  ['number in the rule', 's: {a: 22}', { a: '22' }, true],
  ['true by its text', "s: {a: 'true'}", { a: true }, true],
  ['boolean in the rule', 's: {a: false}', { a: 'False' }, true],
  ['null matches a missing field', 's: {a: null}', {}, true],
  ['null matches null', 's: {a: null}', { a: null }, true],
  ['null does not match text', 's: {a: null}', { a: 'x' }, false],
  ['null does not match empty text', 's: {a: null}', { a: '' }, false],
  ['null or a value', 's: {a: [null, x]}', { a: 'x' }, true],
  ['null or a value, missing', 's: {a: [null, x]}', {}, true],
  ['null below a missing parent', 's: {a.b: null}', { a: { c: 1 } }, true],
  ['exists true', 's: {a|exists: true}', { a: '' }, true],
  ['exists true, missing', 's: {a|exists: true}', {}, false],
  ['exists false', 's: {a|exists: false}', {}, true],
  ['exists false, present', 's: {a|exists: false}', { a: 0 }, false],
  ['exists counts null as present', 's: {a|exists: true}', { a: null }, true],
  ['lt', 's: {a|lt: 14}', { a: 6 }, true],
  ['lt not equal', 's: {a|lt: 14}', { a: 14 }, false],
  ['lte equal', 's: {a|lte: 14}', { a: '14' }, true],
  ['gt', 's: {a|gt: 9}', { a: 10 }, true],
  ['gte of a text that is no number', 's: {a|gte: 1}', { a: 'many' }, false],
  ['gte of empty text', 's: {a|gte: 0}', { a: '' }, false],
  ['neq', 's: {a|neq: x}', { a: 'y' }, true],
  ['neq equal', 's: {a|neq: x}', { a: 'X' }, false],
  ['neq matches a missing field', 's: {a|neq: x}', {}, true],
  ['hour of a time', 's: {a|hour: 3}', { a: '2026-01-01T03:30:00Z' }, true],
  ['month of a time', 's: {a|month: 2}', { a: '2026-01-01T03:30:00Z' }, false],
  ['ISO week of a time', 's: {a|week: 53}', { a: '2027-01-03T00:00:00Z' }, true],
]

const PATHS: readonly Row[] = [
  ['nested', 's: {a.b.c: x}', { a: { b: { c: 'x' } } }, true],
  ['a literal dotted key wins', 's: {a.b: x}', { 'a.b': 'x', a: { b: 'y' } }, true],
  ['and hides the nested one', 's: {a.b: y}', { 'a.b': 'x', a: { b: 'y' } }, false],
  ['a literal dotted key below', 's: {a.b.c: x}', { a: { 'b.c': 'x' } }, true],
  ['any member of a list', 's: {a.b: y}', { a: [{ b: 'x' }, { b: 'y' }] }, true],
  ['no member of a list', 's: {a.b: z}', { a: [{ b: 'x' }, { b: 'y' }] }, false],
  ['list of scalars', 's: {a: y}', { a: ['x', 'y'] }, true],
  ['list within list', 's: {a.b: y}', { a: [{ b: ['x', 'y'] }] }, true],
  ['all over different members', 's: {a|contains|all: [x, y]}', { a: ['xx', 'yy'] }, true],
  ['any leaf below an object', 's: {a: deep}', { a: { b: { c: ['deep'] } } }, true],
  ['contains on leaves of an object', 's: {a|contains: eep}', { a: { b: { c: 'deep' } } }, true],
  ['JSON text of an object', `s: {a|contains: '"b":"x"'}`, { a: { b: 'x' } }, true],
  [
    'leaf text that is JSON itself',
    `s: {a|contains: '"Effect":"Allow"'}`,
    { a: { policy: '{"Effect":"Allow"}' } },
    true,
  ],
  ['keys of an object are no leaves', 's: {a: b}', { a: { b: 'x' } }, false],
  ['an empty object has no leaf', "s: {a: '*x*'}", { a: {} }, false],
  ['nothing below a scalar', 's: {a.b: x}', { a: 'x' }, false],
  ['inherited names are not fields', 's: {constructor|exists: true}', {}, false],
]

const OPERATORS: readonly Row[] = [
  ['re finds anywhere', "s: {a|re: 'o.L'}", { a: 'StopLogging' }, true],
  ['re counts case', "s: {a|re: 'stop'}", { a: 'StopLogging' }, false],
  ['re with i', "s: {a|re|i: 'stop'}", { a: 'StopLogging' }, true],
  ['re with (?i)', "s: {a|re: '(?i)stop'}", { a: 'StopLogging' }, true],
  ['re anchors', "s: {a|re: '^Logging'}", { a: 'StopLogging' }, false],
  ['re with m', "s: {a|re|m: '^two$'}", { a: 'one\ntwo' }, true],
  ['re without m', "s: {a|re: '^two$'}", { a: 'one\ntwo' }, false],
  ['re with s', "s: {a|re|s: 'one.two'}", { a: 'one\ntwo' }, true],
  ['re without s', "s: {a|re: 'one.two'}", { a: 'one\ntwo' }, false],
  ['cidr', 's: {a|cidr: 192.0.2.0/24}', { a: '192.0.2.77' }, true],
  ['cidr outside', 's: {a|cidr: 192.0.2.0/24}', { a: '198.51.100.1' }, false],
  ['cidr list', 's: {a|cidr: [198.51.100.0/24, 192.0.2.0/24]}', { a: '192.0.2.77' }, true],
  ['cidr v6', "s: {a|cidr: '2001:db8::/32'}", { a: '2001:db8::1' }, true],
  ['cidr v6 and a v4 address', "s: {a|cidr: '::/0'}", { a: '192.0.2.1' }, false],
  ['cidr never holds a host name', 's: {a|cidr: 0.0.0.0/0}', { a: 'config.amazonaws.com' }, false],
  ['cidr never holds a number', 's: {a|cidr: 0.0.0.0/0}', { a: 12345 }, false],
  [
    'cidr with two addresses in the field',
    's: {a|cidr: 192.0.2.0/24}',
    { a: '198.51.100.1, 192.0.2.9' },
    true,
  ],
  ['fieldref equal', 's: {a|fieldref: b.c}', { a: 'Bob', b: { c: 'bob' } }, true],
  ['fieldref other', 's: {a|fieldref: b}', { a: 'bob', b: 'alice' }, false],
  ['fieldref to a missing field', 's: {a|fieldref: b}', { a: 'bob' }, false],
  ['fieldref cased', 's: {a|fieldref|cased: b}', { a: 'Bob', b: 'bob' }, false],
  ['fieldref startswith', 's: {a|fieldref|startswith: b}', { a: 'bob-key', b: 'bob' }, true],
  ['fieldref neq', 's: {a|fieldref|neq: b}', { a: 'bob', b: 'alice' }, true],
  ['expand', "s: {a|expand: '%accounts%'}", { a: '444455556666' }, true],
  [
    'expand inside text',
    "s: {a|expand|contains: ':%accounts%:'}",
    { a: 'arn:aws:iam::111122223333:root' },
    true,
  ],
  ['expand twice', "s: {a|expand: '%word%-%word%'}", { a: 'blue-red' }, true],
  ['expand other', "s: {a|expand: '%accounts%'}", { a: '999900001111' }, false],
  ['base64', 's: {a|base64: hello}', { a: b64('hello') }, true],
  ['base64offset at 0', 's: {a|base64offset|contains: secret}', { a: b64('secret stuff') }, true],
  ['base64offset at 1', 's: {a|base64offset|contains: secret}', { a: b64('1secret stuff') }, true],
  ['base64offset at 2', 's: {a|base64offset|contains: secret}', { a: b64('12secret stuff') }, true],
  ['base64offset none', 's: {a|base64offset|contains: secret}', { a: b64('nothing here') }, false],
  [
    'wide base64',
    's: {a|wide|base64offset|contains: hi}',
    { a: Buffer.from('oh hi', 'utf16le').toString('base64') },
    true,
  ],
  [
    'utf16be base64',
    's: {a|utf16be|base64: hi}',
    { a: Buffer.from([0, 0x68, 0, 0x69]).toString('base64') },
    true,
  ],
]

const CONDITIONS: readonly Row[] = [
  ['a map means and', 's: {a: x, b: y}', { a: 'x', b: 'z' }, false],
  ['a list of maps means or', 's: [{a: x}, {b: y}]', { b: 'y' }, true],
  ['keywords look everywhere', 's: [deep, other]', { a: { b: ['DEEP'] } }, true],
  ['keywords need whole leaves', 's: [eep]', { a: 'deep' }, false],
  ['keywords with wildcards', "s: ['*eep*']", { a: 'deeper' }, true],
  ['all keywords', "s: {'|all': [x, y]}", { a: 'x', b: 'y' }, true],
  ['all keywords lack one', "s: {'|all': [x, y]}", { a: 'x' }, false],
  ['and', 'p: {a: x}\nq: {b: y}\ncondition: p and q', { a: 'x', b: 'y' }, true],
  ['or', 'p: {a: x}\nq: {b: y}\ncondition: p or q', { b: 'y' }, true],
  ['not', 'p: {a: x}\nq: {b: y}\ncondition: p and not q', { a: 'x', b: 'y' }, false],
  ['not binds before and', 'p: {a: x}\nq: {b: y}\ncondition: not p and q', { b: 'y' }, true],
  ['and binds before or', 'p: {a: x}\nq: {b: y}\nr: {c: z}\ncondition: p or q and r', { a: 'x' }, true],
  ['parentheses', 'p: {a: x}\nq: {b: y}\nr: {c: z}\ncondition: (p or q) and r', { a: 'x' }, false],
  ['not twice', 'p: {a: x}\ncondition: not not p', { a: 'x' }, true],
  ['1 of', 's1: {a: x}\ns2: {b: y}\ncondition: 1 of s*', { b: 'y' }, true],
  ['1 of, none', 's1: {a: x}\ns2: {b: y}\ncondition: 1 of s*', { b: 'z' }, false],
  ['all of', 's1: {a: x}\ns2: {b: y}\ncondition: all of s*', { a: 'x', b: 'z' }, false],
  ['2 of', 's1: {a: x}\ns2: {b: y}\ns3: {c: z}\ncondition: 2 of s*', { a: 'x', c: 'z' }, true],
  ['not 1 of', 'p: {a: x}\nf1: {b: y}\nf2: {c: z}\ncondition: p and not 1 of f*', { a: 'x', c: 'z' }, false],
  ['1 of them', 'p: {a: x}\nq: {b: y}\ncondition: 1 of them', { b: 'y' }, true],
  ['them leaves out _names', 'p: {a: x}\n_q: {b: y}\ncondition: 1 of them', { b: 'y' }, false],
  ['a list of conditions means or', 'p: {a: x}\nq: {b: y}\ncondition: [p, q]', { b: 'y' }, true],
]

describe.each([
  ['strings', STRINGS],
  ['types', TYPES],
  ['paths', PATHS],
  ['operators', OPERATORS],
  ['conditions', CONDITIONS],
] as const)('Sigma semantics: %s', (_group, rows) => {
  it.each(rows.map((row) => [...row]))('%s', (_what, detection, event, expected) => {
    expect(matches(detection as string, event as Record<string, unknown>)).toBe(expected)
  })
})

describe('array blocks', () => {
  const block = 's:\n  rules[any]: {port: 22, cidr: 0.0.0.0/0}'

  it('ask that one member satisfies the whole block', () => {
    const head = 'sigma-version: 3\n'
    expect(matches(block, { rules: [{ port: 22, cidr: '0.0.0.0/0' }] }, head)).toBe(true)
    expect(
      matches(
        block,
        {
          rules: [
            { port: 22, cidr: '10.0.0.0/8' },
            { port: 443, cidr: '0.0.0.0/0' },
          ],
        },
        head,
      ),
    ).toBe(false)
  })

  it('are refused without sigma-version 3', () => {
    const text = `title: t\nlogsource: {product: aws}\ndetection:\n  ${block.replaceAll('\n', '\n  ')}\n  condition: s`
    expect(loadRules([{ path: 't.yml', text }]).rejected[0]?.message).toContain('sigma-version: 3')
  })
})
