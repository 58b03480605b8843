import { describe, expect, it } from 'vitest'
import { loadRules } from '../lib/detection/rules.ts'
import type { LocatedEvent } from '../lib/ports.ts'
import { type HabitMemory, parseHabitMemory, watchHabits } from '../lib/watch-habits.ts'
import { alive, burst, call } from './detection/baseline/calls.ts'
import { logFile, logKey } from './support/memory-logs.ts'
import { shippedRuleFiles } from './support/shipped-rules.ts'

const ACCOUNT = '111122223333'
const { rules } = loadRules(shippedRuleFiles())

/** A bucket that grows, and a watch that remembers what a file of JSON would. */
const account = () => {
  const objects = new Map<string, Uint8Array>()
  const reads: string[] = []
  let memory: HabitMemory | undefined
  let files = 0
  const logs = {
    name: 's3://logs/',
    async *list(prefix = '') {
      for (const key of [...objects.keys()].sort())
        if (key.startsWith(prefix)) yield { bucket: 'logs', key, size: 1, name: `s3://logs/${key}` }
    },
    read: async ({ key }: { key: string }) => {
      reads.push(key)
      const bytes = objects.get(key)
      return bytes && { bytes, metadata: {} }
    },
  }
  return {
    objects,
    reads,
    memory: () => memory,
    deliver: (day: string, events: readonly LocatedEvent[]) => {
      const key = logKey(ACCOUNT, day, files++)
      objects.set(key, logFile(events.map(({ event }) => event)))
      return key
    },
    run: async (now: string, hasTime = () => true) => {
      const watch = {
        logs,
        rules,
        folders: [`AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/`],
        days: 8,
        now,
        hasTime,
      }
      const watched = await watchHabits(watch, memory && parseHabitMemory(JSON.stringify(memory), 'memory'))
      memory = watched.memory
      return watched
    },
  }
}

const idsOf = (findings: readonly { id: string }[]) => findings.map(({ id }) => id)
const rulesOf = (findings: readonly { rule: { id: string } }[]) => findings.map(({ rule }) => rule.id)

describe('watching the habits of an account', () => {
  it('finds over many runs what one run over everything finds', async () => {
    const hourly = account()
    const once = account()
    const days: (readonly [string, readonly LocatedEvent[]])[] = [
      ['2026-01-01', [alive('2026-01-01T00:00:00Z'), call('2026-01-01T10:00:00Z')]],
      ['2026-01-02', [call('2026-01-02T10:00:00Z')]],
      ['2026-01-03', [call('2026-01-03T10:00:00Z')]],
      ['2026-01-05', [call('2026-01-05T10:00:00Z')]],
      [
        '2026-01-08',
        [
          ...burst('2026-01-08T10:00', 15),
          call('2026-01-08T10:30:00Z', { awsRegion: 'eu-west-1' }),
          alive('2026-01-08T11:00:00Z'),
        ],
      ],
    ]
    for (const [day, events] of days) {
      hourly.deliver(day, events)
      once.deliver(day, events)
      await hourly.run(`${day}T12:00:00Z`)
    }
    const all = await once.run('2026-01-08T12:00:00Z')
    expect(rulesOf(all.findings).toSorted()).toEqual(['account-region-first-used', 'api-call-rate-unusual'])
    const last = await hourly.run('2026-01-08T12:30:00Z')
    expect(idsOf(last.findings)).toEqual(idsOf(all.findings))
    expect(last.findings).toEqual(all.findings)
    expect(last.insights).toEqual(all.insights)
    expect(last.insights.map(({ insightDetails }) => (insightDetails as { state: string }).state)).toEqual([
      'Start',
      'End',
    ])
  })

  it('reads each file once, and counts an event that lies in two files once', async () => {
    const { deliver, run, reads } = account()
    deliver('2026-01-01', [alive('2026-01-01T00:00:00Z')])
    const eight = burst('2026-01-03T10:00', 8)
    deliver('2026-01-03', [...eight, alive('2026-01-03T11:00:00Z')])
    deliver('2026-01-03', eight)
    const first = await run('2026-01-03T12:00:00Z')
    expect(first.counts).toMatchObject({ files: 3, events: 10, duplicate: 8 })
    expect(first.findings).toEqual([])
    const second = await run('2026-01-03T13:00:00Z')
    expect(second.counts).toMatchObject({ files: 0, events: 0 })
    expect(reads).toHaveLength(3)
  })

  it('waits half an hour for late files, and tells nothing older than a day', async () => {
    const { deliver, run } = account()
    deliver('2026-01-01', [alive('2026-01-01T00:00:00Z')])
    deliver('2026-01-03', [...burst('2026-01-03T10:00', 30), alive('2026-01-03T10:20:00Z')])
    expect((await run('2026-01-03T10:29:00Z')).findings).toEqual([])
    expect(rulesOf((await run('2026-01-03T10:30:00Z')).findings)).toEqual(['api-call-rate-unusual'])
    expect((await run('2026-01-04T13:00:00Z')).findings).toEqual([])
  })

  it('goes on where its time ran out, and reports nothing before everything is read', async () => {
    const { deliver, run, memory } = account()
    deliver('2026-01-01', [alive('2026-01-01T00:00:00Z')])
    for (const minute of ['10:00', '10:01', '10:02']) deliver('2026-01-03', burst(`2026-01-03T${minute}`, 30))
    let files = 2
    const cut = await run('2026-01-03T12:00:00Z', () => files-- > 0)
    expect(cut.counts).toMatchObject({ files: 2, left: 2 })
    expect(cut.findings).toEqual([])
    expect(memory()?.open).toEqual(['2026/01/03'])
    const rest = await run('2026-01-03T13:00:00Z')
    expect(rest.counts).toMatchObject({ files: 2, left: 0 })
    expect(rest.findings[0]?.raw.insightDetails).toMatchObject({ state: 'Start' })
    expect(memory()?.open).toEqual([])
  })

  it('reads the days it missed, and asks again for a file it could not read', async () => {
    const { deliver, run, objects } = account()
    deliver('2026-01-01', [alive('2026-01-01T00:00:00Z')])
    await run('2026-01-01T12:00:00Z')
    deliver('2026-01-04', [alive('2026-01-04T00:00:00Z')])
    const broken = deliver('2026-01-10', [alive('2026-01-10T00:00:00Z')])
    const bytes = objects.get(broken)!
    objects.set(broken, undefined as never)
    expect((await run('2026-01-10T12:00:00Z')).counts).toMatchObject({ files: 1, unreadable: 1 })
    objects.set(broken, bytes)
    expect((await run('2026-01-10T13:00:00Z')).counts).toMatchObject({ files: 1, unreadable: 0 })
  })

  it('refuses a memory that is damaged', () => {
    expect(() => parseHabitMemory('{}', 's3://lake/a.json')).toThrow(
      's3://lake/a.json: expected what was learned',
    )
    expect(() => parseHabitMemory('', 's3://lake/a.json')).toThrow()
  })
})
