import fc from 'fast-check'
import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import { reportHtml } from '../../lib/report/html.ts'
import { reportMarkdown } from '../../lib/report/markdown.ts'
import { reportModel } from '../../lib/report/model.ts'
import { HOSTILE, poisoned } from './hostile.ts'
import { incident } from './sample-input.ts'
import { fragmentOutline, inventory, outline } from './structure.ts'

const page = (text: string, keepTimes = true): string =>
  reportHtml(reportModel(poisoned(incident, text, keepTimes), { ...limits, fullFindings: 6 }))
const ticket = (text: string, keepTimes = true): string =>
  reportMarkdown(reportModel(poisoned(incident, text, keepTimes)))
const limits = {
  fullFindings: 200,
  listedFindings: 2_000,
  story: 40,
  problems: 200,
  chains: 200,
  quarantined: 200,
  actions: 100,
  top: 10,
}
const rendered = (markdown: string): string => marked.parse(markdown, { gfm: true, async: false })

const ALLOWED = new Set(
  (
    'html head meta title style body a header p h1 h2 h3 h4 dl div dt dd nav ul ol li main section span svg desc defs pattern ' +
    'rect circle path line text g figure figcaption article details summary pre code b strong time br table caption thead tbody tr th td footer'
  ).split(' '),
)
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const INVISIBLE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

describe('the HTML report with hostile text in every field', () => {
  for (const keepTimes of [true, false]) {
    const harmless = outline(page('harmless', keepTimes))
    it.each(HOSTILE)(`has the structure of the harmless report (times kept: ${keepTimes}): %j`, (text) => {
      expect(outline(page(text, keepTimes))).toBe(harmless)
    })
  }

  it('holds the text at all, so that the comparison means something', () => {
    expect(
      page('<script>alert(1)</script>').split('&lt;script&gt;alert(1)&lt;/script&gt;').length,
    ).toBeGreaterThan(150)
  })

  it('has no script, no handler, no address outside the page and no comment', () => {
    for (const text of HOSTILE) {
      const { elements, attributes, comments } = inventory(page(text))
      expect([...elements].filter((name) => !ALLOWED.has(name))).toEqual([])
      expect(
        attributes.filter(({ name }) => /^on|^src|^style$|^xlink|^srcset$|^action$/i.test(name)),
      ).toEqual([])
      expect(attributes.filter(({ name, value }) => name === 'href' && !value.startsWith('#'))).toEqual([])
      expect(
        attributes.filter(({ value }) => /\/\/|javascript:|data:(?!;)/i.test(value)).map(({ name }) => name),
      ).toEqual([])
      expect(comments).toBe(0)
    }
  })

  it('shows no invisible character', () => {
    for (const text of HOSTILE) expect(INVISIBLE.exec(page(text))).toBeNull()
  })

  it('keeps its structure for any text', () => {
    const harmless = outline(page('x<'))
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        (text) => outline(page(`x<${text}`)) === harmless,
      ),
      { numRuns: 25 },
    )
  })
})

describe('the Markdown report with hostile text in every field', () => {
  const harmless = fragmentOutline(rendered(ticket('harmless/text')))

  it.each(HOSTILE.filter((text) => !/^ |^x on|^javascript/.test(text)))(
    'renders with the structure of the harmless report: %j',
    (text) => {
      expect(fragmentOutline(rendered(ticket(text)))).toBe(harmless)
    },
  )

  it('makes no link, no image and no element of its own', () => {
    for (const text of HOSTILE) {
      const { elements } = inventory(rendered(ticket(text, false)))
      for (const name of ['a', 'img', 'script', 'svg', 'iframe', 'b']) expect(elements.has(name)).toBe(false)
    }
  })

  it('shows no invisible character', () => {
    for (const text of HOSTILE) expect(INVISIBLE.exec(ticket(text))).toBeNull()
  })

  it('keeps its structure for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        (text) => fragmentOutline(rendered(ticket(`x<${text}`))) === harmless,
      ),
      { numRuns: 25 },
    )
  })
})
