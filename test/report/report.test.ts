import { describe, expect, it } from 'vitest'
import { activityCounter } from '../../lib/report/activity.ts'
import { reportHtml } from '../../lib/report/html.ts'
import { reportMarkdown } from '../../lib/report/markdown.ts'
import { reportModel } from '../../lib/report/model.ts'
import { empty, incident, verifiedIncident } from './sample-input.ts'
import { inventory, textOf } from './structure.ts'

const page = (input: typeof incident): string => reportHtml(reportModel(input))

describe('the report', () => {
  it('is the same bytes for the same input, whatever the order of findings', () => {
    const shuffled = { ...incident, findings: incident.findings.toReversed() }
    expect(page(shuffled)).toBe(page(incident))
    expect(reportMarkdown(reportModel(shuffled))).toBe(reportMarkdown(reportModel(incident)))
  })

  it('begins with the verdict of the evidence', () => {
    const text = textOf(page(incident))
    expect(text.indexOf('Evidence: Tampered with')).toBeGreaterThan(0)
    expect(text.indexOf('Evidence: Tampered with')).toBeLessThan(text.indexOf('Summary'))
    expect(text).toContain('402 of 420 log files verified')
    expect(text).toContain('7 of 10 findings rest on verified log files; the other 3 are marked.')
    expect(textOf(page(verifiedIncident))).toContain(
      'Every one of the 10 findings below rests on a verified log file.',
    )
  })

  it('tells high and critical findings as a story in time order', () => {
    const { story } = reportModel(incident)
    expect(story.lines.map(({ call }) => call)).toEqual([
      'sts:GetCallerIdentity',
      'iam:AttachUserPolicy',
      'iam:CreateAccessKey',
      'cloudtrail:StopLogging',
      's3:DeleteBucketPublicAccessBlock',
      's3:PutBucketPolicy',
    ])
    expect(story.lines[3]).toMatchObject({
      who: 'support-backup',
      target: 'trail/org-trail',
      evidence: { tone: 'bad' },
    })
  })

  it('tells a refused call as an attempt', () => {
    const stop = incident.findings.find(({ rule }) => rule.id === 'cloudtrail-trail-stopped')!
    const refused = { ...stop, event: { ...stop.event, errorCode: 'AccessDenied' } }
    expect(textOf(page({ ...incident, findings: [refused] }))).toContain(
      'support-backup tried to call cloudtrail:StopLogging',
    )
  })

  it('tells a run of the same finding as one line', () => {
    const stop = incident.findings.find(({ rule }) => rule.id === 'cloudtrail-trail-stopped')!
    const again = { ...stop, id: `${stop.id}-2`, time: '2026-11-01T10:09:00Z' }
    const { lines } = reportModel({ ...incident, findings: [stop, again] }).story
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ times: 2, until: '2026-11-01T10:09:00Z' })
  })

  it('shows each finding with its place in the evidence', () => {
    const text = textOf(page(incident))
    for (const { source, rule } of incident.findings) {
      expect(text).toContain(rule.title)
      expect(text).toContain(`${source.key} record ${source.index}`)
    }
  })

  it('says that nothing has been done, and shows every call, undo and refusal', () => {
    const text = textOf(page(incident))
    expect(text).toContain('Nothing has been done.')
    for (const { calls, undo } of incident.plan.actions) {
      for (const { service, operation } of [...calls, ...undo])
        expect(text).toContain(`${service}:${operation}`)
    }
    expect(text).toContain(incident.plan.refused[0]!.reason)
  })

  it('accounts for every file and event, or says that it cannot', () => {
    expect(textOf(page(incident))).toContain('Every one of 1,604 records is accounted for.')
    const short = { ...incident, events: { ...incident.events, kept: 1_550 } }
    expect(textOf(page(short))).toContain(
      '1,604 records came in, 1,601 are accounted for: the difference is unexplained.',
    )
  })

  it('lets nothing be loaded and no script run', () => {
    const { elements, attributes } = inventory(page(incident))
    expect(elements.has('script')).toBe(false)
    expect(elements.has('link')).toBe(false)
    expect(attributes).toContainEqual({
      element: 'meta',
      name: 'content',
      value:
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    })
  })

  it('names every picture and every section, and its links lead somewhere', () => {
    const { attributes } = inventory(page(incident))
    const ids = attributes.filter(({ name }) => name === 'id').map(({ value }) => value)
    expect(new Set(ids).size).toBe(ids.length)
    const pointers = attributes
      .filter(({ name }) => name === 'aria-labelledby' || name === 'href')
      .flatMap(({ value }) => value.replace('#', '').split(' '))
    expect(pointers.filter((id) => !ids.includes(id))).toEqual([])
  })
})

describe('the report of nothing', () => {
  it('says so', () => {
    const text = textOf(page(empty))
    for (const words of [
      'Not checked',
      'No rule matched.',
      'No action is proposed.',
      'No event has a time.',
      'Nothing was quarantined.',
    ]) {
      expect(text).toContain(words)
    }
    expect(reportMarkdown(reportModel(empty))).toContain('Integrity was not checked.')
  })
})

describe('a big report', () => {
  const raw = { ...incident.findings[4]!.raw, requestParameters: { blob: 'x'.repeat(100_000) } }
  const findings = Array.from({ length: 10_000 }, (_, i) => ({
    ...incident.findings[i % 10]!,
    id: `rule#${String(i).padStart(5, '0')}`,
    resources: Array.from({ length: 50 }, (_, n) => `arn:aws:s3:::${'b'.repeat(1_000)}${n}`),
    events: Array.from({ length: 500 }, (_, n) => `event-${n}`),
    raw,
  }))
  const model = reportModel({ ...incident, findings })

  it('stays readable in size', () => {
    expect(reportHtml(model).length).toBeLessThan(6_000_000)
    expect(reportMarkdown(model).length).toBeLessThan(1_000_000)
  })

  it('says what it cut: 200 in full, 2,000 listed, the rest counted', () => {
    expect(model.findings.full).toHaveLength(200)
    expect(model.findings.listed).toHaveLength(2_000)
    expect(model.findings.cut).toEqual([
      { level: 'critical', count: 800 },
      { level: 'high', count: 3_000 },
      { level: 'medium', count: 2_000 },
      { level: 'low', count: 1_000 },
      { level: 'informational', count: 1_000 },
    ])
    const text = textOf(reportHtml(model))
    expect(text).toContain('3,000 more high findings are counted but not shown here.')
    expect(text).toContain('characters in full')
    expect(text).toContain('and 488 more')
    expect(reportMarkdown(model)).toContain('9,950 further findings')
  })
})

describe('the timeline', () => {
  const counted = (times: readonly string[]) => {
    const counter = activityCounter()
    for (const eventTime of times) counter.add({ eventTime })
    return reportModel({ ...empty, activity: counter.summary() }).timeline!
  }

  it('has one bar an hour for a short range', () => {
    expect(counted(['2026-11-01T10:59:00Z', '2026-11-01T12:00:00Z', '2026-11-01T12:30:00Z'])).toMatchObject({
      from: Date.UTC(2026, 10, 1, 10),
      to: Date.UTC(2026, 10, 1, 13),
      step: 1,
      bars: [1, 0, 2],
    })
  })

  it('has at most 120 bars however long the range, and no event is lost', () => {
    const times = Array.from({ length: 365 }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1 + day, 5)).toISOString(),
    )
    const { bars, step } = counted(times)
    expect(step).toBe(168)
    expect(bars.length).toBeLessThanOrEqual(120)
    expect(bars.reduce((sum, n) => sum + n, 0)).toBe(365)
  })

  it('does not let a false time squash the picture, and counts it', () => {
    const times = Array.from({ length: 1_000 }, (_, i) => new Date(Date.UTC(2026, 10, 1, 0, i)).toISOString())
    const { step, outside } = counted([...times, '1970-01-01T00:00:00Z', '9999-12-31T00:00:00Z'])
    expect(step).toBe(1)
    expect(outside.events).toBe(2)
  })

  it('shows problems without a range by their file and counts those without a time', () => {
    const { bands, outside } = reportModel(incident).timeline!
    expect(bands.reduce((sum, { problems }) => sum + problems, 0)).toBe(7)
    expect(outside).toEqual({ events: 0, findings: 0, problems: 0 })
  })
})
