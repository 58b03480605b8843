import { describe, expect, it } from 'vitest'
import { compactAccountDay } from '../lib/compact-account-day.ts'
import { UnreadableObject } from '../lib/errors.ts'
import { dayRecordKey, dayRecordOf } from '../lib/store/day-record.ts'
import { daysToRevisit } from '../lib/store/generations.ts'
import type { CloudTrailEvent } from '../lib/trail/event.ts'
import { contentOf, Killed, type MemoryLake, memoryLake } from './support/memory-lake.ts'
import { logFile, logKey } from './support/memory-logs.ts'
import { aggregated, insight, roleCall } from './support/stored-events.ts'

const ACCOUNT = '111122223333'
const OTHER = '444455556666'
const DAY = { account: ACCOUNT, day: '2026-11-01' }
const call = (eventID: string, fields: CloudTrailEvent = {}): CloudTrailEvent => ({
  ...roleCall,
  eventID,
  recipientAccountId: ACCOUNT,
  eventTime: '2026-11-01T10:00:00Z',
  ...fields,
})
const on = (day: string): CloudTrailEvent => ({ eventTime: `${day}T00:00:30Z` })
const fixes = (originalEventID: string) => ({ addendum: { reason: 'UPDATED_DATA', originalEventID } })
const key = (day: string, n: number, region = 'us-east-1') => logKey(ACCOUNT, day, n, region)

/** Two Regions, a repeat, a correction, an Insight, and a file of the next day with one event of this day. */
const bucket = () =>
  new Map([
    [
      key('2026-11-01', 1),
      logFile([call('a'), call('b'), call('c'), { ...insight, recipientAccountId: ACCOUNT }]),
    ],
    [key('2026-11-01', 2), logFile([call('b'), call('d', fixes('c'))])],
    [key('2026-11-01', 1, 'eu-west-1'), logFile([call('e'), 'no event'])],
    [key('2026-11-02', 1), logFile([call('late'), call('tomorrow', on('2026-11-02'))])],
  ])
const ids = async (lake: MemoryLake, table: 'events' | 'insights' | 'aggregated_events' = 'events') =>
  (await lake.rows(table)).map(({ eventid }) => eventid).sort()
const record = (lake: MemoryLake, day = DAY) => {
  const name = dayRecordKey(day)
  const bytes = lake.objects.get(name)
  return dayRecordOf(bytes && Buffer.from(bytes).toString(), name)
}
const hours = (lake: MemoryLake, n: number) => {
  lake.now = new Date(Date.parse(lake.now) + n * 3_600_000).toISOString()
}

describe('compacting an account-day', () => {
  it('stores every event of the day once, from its own folders and the next, and nothing of other days', async () => {
    const lake = memoryLake(bucket())
    const { outcome, run, reopened } = await compactAccountDay(lake.run('one'), DAY)
    expect(outcome).toBe('compacted')
    expect(reopened).toEqual([])
    expect(await ids(lake)).toEqual(['a', 'b', 'd', 'e', 'late'])
    expect(await ids(lake, 'insights')).toEqual([insight.eventID])
    expect(run).toMatchObject({
      files: { listed: 4, ingested: 4, skipped: {} },
      events: { read: 9, kept: 6, duplicate: 1, superseded: 1, rejected: 1 },
      elsewhere: 1,
      rows: { events: 5, insights: 1 },
      imbalances: [],
    })
  })

  it('does nothing more while nothing changes, though the next day goes on', async () => {
    const lake = memoryLake(bucket())
    await compactAccountDay(lake.run('one'), DAY)
    const reads = lake.reads
    lake.logs.set(key('2026-11-02', 2), logFile([call('x', on('2026-11-02'))]))
    const again = await compactAccountDay(lake.run('two'), DAY)
    expect(again.outcome).toBe('unchanged')
    expect(again.run?.generation).toBe('20261102T020000Z-one')
    expect(lake.reads).toBe(reads)
  })

  it('takes in a file that came to its folder late, and keeps the earlier generation for queries under way', async () => {
    const lake = memoryLake(bucket())
    await compactAccountDay(lake.run('one'), DAY)
    lake.logs.set(key('2026-11-01', 9), logFile([call('f'), call('a')]))
    hours(lake, 1)
    await compactAccountDay(lake.run('two'), DAY)
    expect(await ids(lake)).toEqual(['a', 'b', 'd', 'e', 'f', 'late'])
    const kept = () => [...lake.objects.keys()].filter((name) => name.endsWith('part-00000.parquet')).length
    expect(kept()).toBe(4)
    expect(await daysToRevisit(lake.run('look'))).toEqual([DAY])
    hours(lake, 13)
    expect((await compactAccountDay(lake.run('three'), DAY)).outcome).toBe('unchanged')
    expect(kept()).toBe(2)
    expect(record(lake).retired).toEqual([])
    expect(await daysToRevisit(lake.run('look'))).toEqual([])
  })

  it('has a day compacted again for its event that lies in the file of a later one', async () => {
    const lake = memoryLake(bucket())
    await compactAccountDay(lake.run('one'), DAY)
    lake.logs.set(key('2026-11-02', 3), logFile([call('later'), call('y', on('2026-11-02'))]))
    lake.logs.set(key('2026-11-05', 1), logFile([call('latest'), call('z', on('2026-11-05'))]))
    for (const day of ['2026-11-02', '2026-11-05']) {
      const { reopened } = await compactAccountDay(lake.run(day), { account: ACCOUNT, day })
      expect(reopened).toEqual([DAY])
    }
    expect(record(lake).extra).toEqual([key('2026-11-02', 3), key('2026-11-05', 1)])
    expect((await compactAccountDay(lake.run('again'), DAY)).outcome).toBe('compacted')
    expect((await ids(lake)).filter((id) => /late/.test(String(id)))).toEqual(['late', 'later', 'latest'])
    expect(
      (await compactAccountDay(lake.run('still'), { account: ACCOUNT, day: '2026-11-05' })).outcome,
    ).toBe('unchanged')
  })

  it('sends an event of another account, and one without an account, where they belong', async () => {
    const lake = memoryLake(
      new Map([
        [key('2026-11-01', 1), logFile([call('own'), call('theirs', { recipientAccountId: OTHER })])],
        [key('2026-11-01', 2), logFile([call('nobody', { recipientAccountId: '../x' })])],
      ]),
    )
    const { reopened } = await compactAccountDay(lake.run('one'), DAY)
    expect(reopened).toEqual([
      { account: OTHER, day: '2026-11-01' },
      { account: 'unknown', day: '2026-11-01' },
    ])
    for (const day of lake.asked.slice()) await compactAccountDay(lake.run(`${day.account}${day.day}`), day)
    expect(await ids(lake)).toEqual(['nobody', 'own', 'theirs'])
    expect([...lake.partitions.keys()].filter((name) => name.startsWith('events/')).sort()).toEqual([
      'events/111122223333/2026-11-01',
      'events/444455556666/2026-11-01',
      'events/unknown/2026-11-01',
    ])
  })

  it('reads aggregated events, and organizations beside plain accounts', async () => {
    const folder = (root: string, kind: string) =>
      `AWSLogs/${root}${ACCOUNT}/${kind}/us-east-1/2026/11/01/${ACCOUNT}_${kind}_us-east-1_20261101T1005Z_abcdefghijklmnop.json.gz`
    const lake = memoryLake(
      new Map([
        [folder('', 'CloudTrail-Aggregated'), logFile([{ ...aggregated, accountId: ACCOUNT }])],
        [folder('o-exampleorg/', 'CloudTrail'), logFile([call('org'), call('both')])],
        [folder('', 'CloudTrail'), logFile([call('both')])],
      ]),
    )
    await compactAccountDay(lake.run('one'), DAY)
    expect(await ids(lake)).toEqual(['both', 'org'])
    expect(await ids(lake, 'aggregated_events')).toHaveLength(1)
  })

  it('keeps events whose log file has expired or is archived since', async () => {
    const lake = memoryLake(bucket())
    await compactAccountDay(lake.run('one'), DAY)
    const before = await lake.rows('events')
    lake.logs.delete(key('2026-11-01', 1))
    lake.unreadable.set(
      key('2026-11-01', 1, 'eu-west-1'),
      new UnreadableObject('x', 'archived', { detail: 'archived' }),
    )
    lake.logs.set(key('2026-11-01', 9), logFile([call('f')]))
    const { run } = await compactAccountDay(lake.run('two'), DAY)
    expect(run).toMatchObject({
      files: { listed: 4, ingested: 3, skipped: { archived: 1 } },
      carried: 4,
      unreadable: 1,
      imbalances: [],
    })
    expect((await lake.rows('events')).filter(({ eventid }) => eventid !== 'f')).toEqual(
      before.map((row) =>
        row['eventid'] === 'b' ? { ...row, sourcefile: key('2026-11-01', 2), recordindex: 0 } : row,
      ),
    )
  })

  it('leaves a day alone of which nothing can be read', async () => {
    const lake = memoryLake(new Map([[key('2026-11-01', 1), logFile([call('a')])]]))
    lake.unreadable.set(key('2026-11-01', 1), new UnreadableObject('x', 'key-denied'))
    await expect(compactAccountDay(lake.run('one'), DAY)).rejects.toThrow(
      '111122223333 2026-11-01: no log file could be read (1 key-denied)',
    )
    expect(lake.partitions.size).toBe(0)
    lake.unreadable.clear()
    expect((await compactAccountDay(lake.run('two'), DAY)).outcome).toBe('compacted')
  })

  it('looks again at what could not be read, and shows events that say something else under a taken id', async () => {
    const lake = memoryLake(bucket())
    lake.logs.set(key('2026-11-01', 8), logFile([call('a', { eventName: 'Forged' })]))
    lake.logs.set(key('2026-11-01', 7), Buffer.from('no gzip'))
    lake.unreadable.set(key('2026-11-01', 2), new UnreadableObject('x', 'access-denied'))
    const told: string[] = []
    const world = lake.run('one')
    const { run } = await compactAccountDay(
      { ...world, onQuarantined: ({ reason }) => told.push(reason) },
      DAY,
    )
    expect(run).toMatchObject({
      files: { listed: 6, ingested: 4, skipped: { 'access-denied': 1, 'not-gzip': 1 } },
      differing: 1,
      unreadable: 1,
      imbalances: [],
    })
    expect(told.sort()).toEqual(['access-denied', 'not-an-object', 'not-gzip', 'same-id-other-content'])
    lake.unreadable.clear()
    expect((await compactAccountDay(lake.run('two'), DAY)).outcome).toBe('compacted')
    expect(await ids(lake)).toEqual(['a', 'b', 'd', 'e', 'late'])
  })

  it('says so when a record is damaged, and touches nothing', async () => {
    const lake = memoryLake(bucket())
    lake.objects.set(dayRecordKey(DAY), Buffer.from('{"version":2}'))
    await expect(compactAccountDay(lake.run('one'), DAY)).rejects.toThrow(
      'expected the record of a compacted day',
    )
    expect(lake.objects.size).toBe(1)
  })
})

/** Three nights: a day, a late file for it, and the time after which the earlier generation goes. */
const nights = async (lake: MemoryLake, run: (unique: string) => Promise<unknown>) => {
  await run('one')
  lake.logs.set(key('2026-11-01', 9), logFile([call('f'), call('b')]))
  lake.logs.set(key('2026-11-02', 5), logFile([call('g', { recipientAccountId: OTHER })]))
  hours(lake, 24)
  await run('two')
  hours(lake, 24)
  await run('three')
}

describe('a compaction that is killed', () => {
  it('leaves the same store after the next run, at whatever step it ended', async () => {
    const plain = memoryLake(bucket())
    await nights(plain, (unique) => compactAccountDay(plain.run(unique), DAY))
    const expected = await contentOf(plain)
    const steps = plain.steps.length
    expect(steps).toBeGreaterThan(25)
    let kills = 0
    for (let at = 0; at < steps; at++) {
      for (const after of [false, true]) {
        const lake = memoryLake(bucket())
        await nights(lake, async (unique) => {
          const killed = await compactAccountDay(lake.run(`${unique}-k`, { at, after }), DAY).catch(
            (error: unknown) => {
              if (!(error instanceof Killed)) throw error
              return 'killed'
            },
          )
          if (killed === 'killed') kills++
          await seesEachOnce(lake)
          await compactAccountDay(lake.run(unique), DAY)
          await seesEachOnce(lake)
        })
        // what a killed run left behind is younger than the grace until a later night
        hours(lake, 24)
        await compactAccountDay(lake.run('four'), DAY)
        expect(await contentOf(lake), `killed at step ${at}, ${after ? 'after' : 'before'} it`).toEqual(
          expected,
        )
      }
    }
    expect(kills).toBeGreaterThan(steps)
  }, 60_000)

  const seesEachOnce = async (lake: MemoryLake) => {
    const found = await ids(lake)
    expect(new Set(found).size).toBe(found.length)
    for (const prefix of lake.partitions.values()) {
      const shown = prefix.startsWith('events/') || prefix.startsWith('insights/')
      if (shown) expect([...lake.objects.keys()].some((name) => name.startsWith(prefix))).toBe(true)
    }
  }
})

describe('two compactions of one day at once', () => {
  it('leave one result, whatever their order', async () => {
    for (let at = 0; at < 12; at++) {
      const lake = memoryLake(bucket())
      const slow = lake.run('slow')
      let held = 0
      // the slow one is overtaken by a whole other run at its n-th step
      const overtaken = async () => {
        if (held++ === at) await compactAccountDay(lake.run('fast'), DAY)
      }
      const outcome = await compactAccountDay(
        {
          ...slow,
          catalog: {
            point: async (...to) => {
              await overtaken()
              await slow.catalog.point(...to)
            },
          },
          lake: {
            ...slow.lake,
            write: async (name, fill) => {
              await overtaken()
              return slow.lake.write(name, fill)
            },
          },
        },
        DAY,
      )
      expect(await ids(lake)).toEqual(['a', 'b', 'd', 'e', 'late'])
      const { generation } = record(lake)
      expect([...lake.partitions.values()].every((prefix) => prefix.includes(generation))).toBe(true)
      expect(outcome.run?.generation).toBe(generation)
      expect(record(lake).retired).toEqual([])
    }
  })

  it('leave one result when they go hand in hand', async () => {
    const lake = memoryLake(bucket())
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((unique) => compactAccountDay(lake.run(unique), DAY)),
    )
    expect(new Set(outcomes.map(({ run }) => run?.generation)).size).toBe(1)
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['compacted', 'unchanged', 'unchanged'])
    expect([...lake.objects.keys()].filter((name) => name.startsWith('events/'))).toHaveLength(2)
  })
})
