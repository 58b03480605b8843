import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeDetector } from '../../lib/detection/detect.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { atLeast } from '../../lib/finding.ts'
import { benignActors, dayOf } from '../support/benign-days.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'

const { rules } = loadRules(shippedRuleFiles())
const TABLE = new URL('tables/role-stories.yml', import.meta.url)
const wanted = parse(readFileSync(TABLE, 'utf8')) as readonly { readonly high: readonly string[] }[]
const stories = benignActors(TABLE).map((actor, i) => [actor.name, dayOf(actor), wanted[i]!.high] as const)

describe('an hour of a role session', () => {
  it.each(stories)('%s', (_name, events, high) => {
    const detector = makeDetector(rules, { knownAccounts: ['777788889999'] })
    const told = events.flatMap((event, index) => detector.detect({ event, key: 'k', index }))
    const findings = [...told, ...detector.finish().findings]
    const loud = findings.filter(({ rule }) => atLeast(rule.level, 'high')).map(({ rule }) => rule.id)
    expect([...new Set(loud)].sort()).toEqual([...high].sort())
  })
})
