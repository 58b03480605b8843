import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { detectTogether } from '../../lib/detection/shared-memory.ts'
import { atLeast, type Finding } from '../../lib/finding.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { benignActors, dayOf } from '../support/benign-days.ts'
import { memoryHits } from '../support/memory-hits.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const { rules } = loadRules(shippedRuleFiles())
const TABLE = new URL('tables/role-stories.yml', import.meta.url)
const wanted = parse(readFileSync(TABLE, 'utf8')) as readonly { readonly high: readonly string[] }[]
const stories = benignActors(TABLE).map((actor, i) => [actor.name, dayOf(actor), wanted[i]!.high] as const)

const options = { knownAccounts: ['777788889999'] }
const located = (event: CloudTrailEvent, index: number) => ({ event, key: 'k', index })

/** Ids of the rules that tell it at high or above. */
const loud = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.filter(({ rule }) => atLeast(rule.level, 'high')).map(({ rule }) => rule.id))].sort()

describe('an hour of a role session', () => {
  it.each(stories)('%s', (_name, events, high) => {
    const detector = makeDetector(rules, options)
    const told = events.map(located).flatMap((one) => detector.detect(one))
    expect(loud([...told, ...detector.finish().findings])).toEqual([...high].sort())
  })

  it.each(stories)('%s: the same when it comes in pieces', async (_name, events, high) => {
    const memory = { hits: memoryHits(), now: '2026-11-03T12:00:00.000Z' }
    const findings: Finding[] = []
    for (let from = 0; from < events.length; from += 20) {
      const part = await detectTogether(rules, options, memory, events.slice(from, from + 20).map(located))
      findings.push(...part.findings)
      await part.commit()
    }
    expect(loud(findings)).toEqual([...high].sort())
  })
})
