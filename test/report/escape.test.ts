import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  escapeHtml,
  html,
  jsonText,
  markdownCode,
  markdownText,
  markupText,
  preformatted,
  terminalSafe,
} from '../../lib/report/escape.ts'

describe('text for the terminal', () => {
  it.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['c1 \u009b2J', 'c1 \\x9b2J'],
    ['\ud800', '\\ud800'],
    ['Grüße, 東京 🙂', 'Grüße, 東京 🙂'],
  ])('makes %j visible', (text, safe) => {
    expect(terminalSafe(text)).toBe(safe)
  })

  it('takes anything', () => {
    expect([terminalSafe(7), terminalSafe(undefined), terminalSafe(null)]).toEqual(['7', 'undefined', 'null'])
  })
})

describe('HTML', () => {
  it('escapes text and quoted attributes alike', () => {
    expect(escapeHtml(`<a href="x" b='y'>&\`\0`)).toBe(
      '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&#96;\\x00',
    )
  })

  it('escapes every value of a template and keeps nested markup', () => {
    const inner = html`<b>${'<i>'}</b>`
    expect(markupText(html`<p>${inner}${['&', 1]}${undefined}${false}</p>`)).toBe(
      '<p><b>&lt;i&gt;</b>&amp;1</p>',
    )
  })

  it('keeps the line breaks of preformatted text only', () => {
    expect(markupText(preformatted('a\n<b>\r'))).toBe('a\n&lt;b&gt;\\r')
  })
})

describe('JSON as text', () => {
  it('parses back to the value while it is whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const shown = jsonText(value, 1_000_000)
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(shown).not.toMatch(/[`\u202e\u200b]/)
      }),
    )
  })

  it('says when it was cut, and cuts at a line', () => {
    expect(jsonText({ a: 1, b: 'x'.repeat(50) }, 30)).toBe('{\n  "a": 1,\n... cut: 73 characters in full')
  })

  it('survives what cannot be printed', () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect(jsonText(loop, 100)).toBe('"nested too deeply to be shown"')
    expect(jsonText(undefined, 100)).toBe('null')
  })
})

describe('Markdown', () => {
  it.each([
    ['arn:aws:iam::111122223333:user/eve', '`arn:aws:iam::111122223333:user/eve`'],
    ['a`b|c', '`a\\x60b\\x7cc`'],
    ['back\\', '`back\\ `'],
    ['', '(empty)'],
    [' \u3000', '(empty)'],
    ['# no\nheading', '`# no\\nheading`'],
  ])('puts %j into a code span', (text, span) => {
    expect(markdownCode(text)).toBe(span)
  })

  it.each(['A trail was stopped', 'Logging was off, then on again: one gap.', "CloudTrail's own word"])(
    'leaves the plain sentence %j as it is',
    (text) => {
      expect(markdownText(text)).toBe(text)
    },
  )

  it.each([
    'see www.evil.example',
    'a@b.example',
    '1. item',
    '- item',
    '[x](y)',
    'a*b*',
    'a_b',
    'x <b>',
    '#1',
  ])('does not take %j for plain', (text) => {
    expect(markdownText(text)).toBe(`\`${text}\``)
  })
})
