import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { operatorTest } from '../../lib/detection/sigma/operators.ts'
import { requiredTexts } from '../../lib/detection/sigma/required-text.ts'

describe('texts that a regular expression needs', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['ransom[-_ ]?note', ['ransom']],
    ['HOW[-_ ]*to|files(are )?encrypted', ['how', 'encrypted']],
    ['(restore|recover)[-_]*files', ['files']],
    [':assumed-role/.+/i-[0-9a-f]{8,17}$', [':assumed-role/']],
    ['abcd?', ['abc']],
    ['abc{2}d', undefined],
    ['x|abcdef', undefined],
    ['x[0-9a-f]{100,200}$', undefined],
    ['abc[0-9]{1000}def{1,2}', ['abc']],
    ['{abc|def}', ['abc', 'def']],
    ['(abc)', undefined],
    ['[]abc]def', ['def']],
    ['[[:alpha:]abc]def', ['def']],
    ['\\Qabc|\\Edef', undefined],
    ['a\\|bcd', ['bcd']],
    ['(abc', undefined],
    ['[abc', undefined],
    ['', undefined],
  ])('of %s', (source, texts) => {
    expect(requiredTexts(source)).toEqual(texts)
  })

  it('change no answer', () => {
    const part = fc.constantFrom(
      'abc',
      'de',
      'f?',
      '(gh|i)',
      '[jk]',
      '.*',
      '\\w',
      '|',
      'lmn',
      'o{2}',
      '[o]{2,1000}',
      '(?:abc)?',
    )
    const value = fc.array(
      fc.constantFrom('abc', 'ABC', 'de', 'f', 'gh', 'i', 'j', 'lmn', 'oo', 'ſ', 'K', ' '),
      {
        maxLength: 6,
      },
    )
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), value, (parts, words) => {
        const source = parts
          .join('')
          .replaceAll(/\|+/g, '|')
          .replaceAll(/^\||\|$/g, '')
        const text = words.join('')
        const test = operatorTest('re', ['re', 'i'], source)
        expect([source, text, test(text)]).toEqual([
          source,
          text,
          RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).test(text),
        ])
      }),
      { numRuns: 3000 },
    )
  })
})
