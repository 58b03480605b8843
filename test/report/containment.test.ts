import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import {
  type ContainmentLog,
  mergedTimeline,
  metricsOf,
  openQuestions,
} from '../../lib/report/containment.ts'
import { containmentHtml, containmentMarkdown } from '../../lib/report/containment-page.ts'
import { HOSTILE } from './hostile.ts'
import { fragmentOutline, inventory, outline } from './structure.ts'

const at = (minute: number, second = 0) =>
  `2026-11-01T10:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.000Z`

const logWith = (text: string): ContainmentLog => ({
  entries: 9,
  tail: text,
  first: at(1),
  last: at(9),
  approvals: [{ plan: text, approver: text, at: at(2), expires: at(59) }],
  actions: [
    {
      id: text,
      title: text,
      type: text,
      tier: 1,
      level: 'high',
      state: 'TAMPERED',
      target: text,
      reason: text,
      blastRadius: text,
      plan: text,
      plannedAt: at(1),
      owner: text,
      why: [text],
      events: [{ eventID: text, finding: text, region: text, time: at(0), place: text, evidence: text }],
      before: [{ command: text, answer: { [text]: text } }],
      dryRun: [text],
      made: [
        { at: at(3), phase: 'apply', command: text, outcome: 'answered', requestId: text },
        { at: at(4), phase: 'reassert', command: text, outcome: 'failed', error: text },
      ],
      checks: [{ at: at(5), checkpoint: 10, holds: 'no', found: [text] }],
      moments: [{ at: at(6), text }],
      undo: [text],
      undoNote: text,
      expires: at(30),
      limits: [text],
    },
  ],
})

const page = (text: string) => containmentHtml({ version: '1', source: text, log: logWith(text) })
const ticket = (text: string) => containmentMarkdown({ version: '1', source: text, log: logWith(text) })

describe('a containment report with hostile text in every field', () => {
  const harmless = outline(page('harmless'))
  it.each(HOSTILE)('keeps the structure of the harmless page: %j', (text) => {
    expect(outline(page(text))).toBe(harmless)
    expect(inventory(page(text)).elements.has('script')).toBe(false)
  })

  it.each(HOSTILE)('makes no link, picture or markup of it in Markdown: %j', (text) => {
    const made = fragmentOutline(marked.parse(ticket(text), { gfm: true, async: false }))
    expect(made).not.toMatch(/^\s*(?:script|img|a|iframe|svg|h5|table)\b/m)
  })
})

describe('how long it took', () => {
  const log = logWith('x')
  const withMoments = (...texts: readonly string[]): ContainmentLog => ({
    ...log,
    actions: [{ ...log.actions[0]!, moments: texts.map((text, n) => ({ at: at(10 + n), text })) }],
  })

  it('is measured from the first event over plan and approval to the last call that was answered', () => {
    expect(metricsOf(log).map(({ name, seconds }) => [name, seconds])).toEqual([
      ['first event to plan', 60],
      ['plan to approval', 60],
      ['approval to last call', 60],
      ['first event to last call', 180],
    ])
  })

  it('ends when the last action is verified, and released', () => {
    const names = metricsOf(withMoments('verified; the log: quiet', 'released, by somebody')).slice(-2)
    expect(names.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['last call to everything verified', 420],
      ['plan to everything released', 600],
    ])
  })
})

it('events, approvals and steps come in the order of their times', () => {
  expect(mergedTimeline(logWith('x')).map(({ who }) => who)).toEqual(['log', 'approver', 'containment'])
})

it('what is undone by somebody stays open, with what containment does not stop', () => {
  expect(openQuestions(logWith('x'))).toEqual(['x: undone by somebody: act outside the account. x', 'x'])
})
