import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { asksForBaseline, learningDetector } from '../../../lib/detection/baseline/learning.ts'
import { loadRules } from '../../../lib/detection/rules.ts'
import { atLeast } from '../../../lib/finding.ts'
import { ingestEvents } from '../../../lib/ingest.ts'
import { openFolder } from '../../../lib/local/world.ts'
import { shippedRuleFiles } from '../../support/shipped-rules.ts'

const generator = fileURLToPath(new URL('../../../../shared/tools/gen-cloudtrail.mjs', import.meta.url))
const { rules } = loadRules(shippedRuleFiles())
const BROKEN = 'principal-habits-broken'
const own = new Set([BROKEN, ...rules.filter(asksForBaseline).map(({ ref }) => ref.id)])

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-habits-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const scan = async (seed: string) => {
  const bucket = join(dir, seed)
  const options = ['--events', '40000', '--days', '20', '--accounts', '2', '--seed', seed]
  execFileSync(process.execPath, [generator, '--out', bucket, ...options], { stdio: 'ignore' })
  const lines = readFileSync(join(bucket, 'labels.jsonl'), 'utf8').trim().split('\n')
  const verdicts = new Map(
    lines
      .map((line) => JSON.parse(line) as { eventID: string; verdict: string })
      .map((one) => [one.eventID, one.verdict]),
  )
  const detector = learningDetector(rules)
  const { events } = await ingestEvents(await openFolder(bucket), {
    onEvent: (one) => void detector.detect(one),
  })
  const findings = detector.finish().findings.filter(({ rule }) => own.has(rule.id))
  const verdictOf = (ids: readonly string[]) => ids.map((id) => verdicts.get(id)).find(Boolean) ?? 'noise'
  return {
    kept: events.kept,
    told: findings.map(({ rule, events }) => ({ rule, verdict: verdictOf(events) })),
  }
}

describe.skipIf(!existsSync(generator))(
  'three weeks of two accounts (skipped: the generator is not here)',
  () => {
    it.each(['habits-1'])(
      '%s: three broken habits at once are attacks, the rest is little',
      async (seed) => {
        const { kept, told } = await scan(seed)
        const broken = told.filter(({ rule }) => rule.id === BROKEN)
        expect(broken.length).toBeGreaterThan(0)
        expect(broken.filter(({ verdict }) => verdict !== 'attack')).toEqual([])
        const noise = told.filter(({ verdict }) => verdict === 'noise')
        expect(noise.length).toBeLessThan(kept / 1000)
        expect(noise.filter(({ rule }) => atLeast(rule.level, 'medium'))).toEqual([])
      },
      120_000,
    )
  },
)
