import { expect } from 'vitest'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

const PLACEHOLDERS = { accounts: ['111122223333', '444455556666'], word: ['red', 'blue'] }

/** A rule's detection in YAML, an event, and whether they match. */
export type Row = readonly [
  what: string,
  detection: string,
  event: Record<string, unknown>,
  expected: boolean,
]

/** Does a rule with this detection (YAML, without its outer key) match the event? */
export const matches = (detection: string, event: Record<string, unknown>, head = ''): boolean => {
  const body = detection.includes('condition:') ? detection : `${detection}\ncondition: s`
  const text = `title: t\n${head}logsource: {product: aws, service: cloudtrail}\ndetection:\n${body.replaceAll(/^/gm, '  ')}`
  const { rules, rejected } = loadRules([{ path: 't.yml', text }], { placeholders: PLACEHOLDERS })
  expect(rejected).toEqual([])
  const located = {
    event: { eventID: 'e', eventTime: '2026-01-01T00:00:00Z', ...event } as CloudTrailEvent,
    key: 'k',
    index: 0,
  }
  return makeDetector(rules).detect(located).length > 0
}
