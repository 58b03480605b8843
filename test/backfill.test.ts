import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { backfill } from '../bin/backfill.ts'
import { openSource } from '../bin/source.ts'
import { lookupEvents } from '../lib/aws/lookup-events.ts'
import type { History } from '../lib/backfill-gap.ts'
import { gapsOf } from '../lib/integrity/gaps.ts'
import { type SimulatedAccount, simulatedAccount } from '../lib/local/simulated-account/server.ts'
import type { CloudTrailEvent } from '../lib/trail/event.ts'
import type { Problem } from '../lib/verdict.ts'
import { trailwarden } from './support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-backfill-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const NOW = '2026-10-15T00:00:00Z'
const quiet = { note: () => {}, out: () => {}, progress: () => ({ update: () => {}, stop: () => {} }) }
const incident = () => openSource('examples/incident', {}, quiet as never)

/** Seconds after 13:16:27, when the trail was stopped; in the Region. */
const unseen = (
  second: number,
  region = 'us-east-1',
  more: Partial<CloudTrailEvent> = {},
): CloudTrailEvent => ({
  eventVersion: '1.11',
  eventID: `5ec0${region === 'us-east-1' ? '1' : '2'}000-0000-4000-8000-${String(second).padStart(12, '0')}`,
  eventTime: new Date(Date.parse('2026-10-14T13:16:27Z') + second * 1000).toISOString().replace('.000', ''),
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateAccessKey',
  awsRegion: region,
  sourceIPAddress: '203.0.113.66',
  userAgent: 'test',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAEXAMPLEBACKUP001', accountId: '111122223333' },
  managementEvent: true,
  ...more,
})

let account: SimulatedAccount | undefined
afterEach(() => account?.close())

const history = async (
  events: readonly CloudTrailEvent[],
  onWait: () => void = () => {},
): Promise<History> => {
  account = await simulatedAccount({
    state: JSON.parse(readFileSync('examples/incident/account.json', 'utf8')).account,
    now: () => Date.parse(NOW),
    history: events,
  })
  const credentials = { accessKeyId: 'ASIAEXAMPLERESPOND01', secretAccessKey: 'simulated' }
  return lookupEvents({ endpoint: account.endpoint, credentials, sleep: async () => onWait() })
}

const lines = (out: string, file: string): CloudTrailEvent[] =>
  readFileSync(join(out, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const east = (out: string) => lines(out, '111122223333_us-east-1_20261014T122740Z.jsonl')

describe('filling the gaps of the example trail', () => {
  it('fetches every page, each Region its own, twice a second, and nothing that the logs hold', async () => {
    const source = await incident()
    const inLogs: CloudTrailEvent[] = []
    const { ingestEvents } = await import('../lib/ingest.ts')
    await ingestEvents(source, { onEvent: ({ event }) => void inLogs.push(event) })
    const hidden = Array.from({ length: 120 }, (_, second) => unseen(second + 1))
    let waits = 0
    const out = join(dir, 'whole')
    const found = await backfill(source, {
      history: await history(
        [...inLogs, ...hidden, unseen(30, 'eu-west-1'), unseen(40, 'us-east-1', { managementEvent: false })],
        () => waits++,
      ),
      accountId: '111122223333',
      out,
      now: NOW,
    })
    expect(found.filled.map(({ gap, added }) => [gap.region, gap.from, gap.to, added])).toEqual([
      ['eu-west-1', '2026-10-14T12:27:46Z', '2026-10-14T13:41:15Z', 1],
      ['us-east-1', '2026-10-14T12:27:40Z', '2026-10-14T13:41:09Z', 120],
    ])
    expect(found.filled[1]!.inLogs).toBeGreaterThan(0)
    expect(waits).toBeGreaterThanOrEqual(2)
    expect(new Set(east(out).map(({ eventID }) => eventID))).toEqual(
      new Set(hidden.map(({ eventID }) => eventID)),
    )
    expect(JSON.parse(readFileSync(join(out, 'backfill.json'), 'utf8'))).toMatchObject({
      digestVerified: false,
      evidence: expect.stringContaining('covered by no digest file'),
      gaps: [
        { region: 'eu-west-1', events: 1 },
        { region: 'us-east-1', events: 120 },
      ],
    })
  }, 30_000)

  it('goes on where a run was cut off, and asks nothing once it is done', async () => {
    const whole = await history(Array.from({ length: 120 }, (_, second) => unseen(second + 1)))
    const out = join(dir, 'resumed')
    const ports = { accountId: '111122223333', out, now: NOW }
    let pages = 0
    const cut: History = async function* (range) {
      for await (const page of whole(range)) {
        if (++pages === 3) throw new Error('connection reset')
        yield page
      }
    }
    const first = await backfill(await incident(), { ...ports, history: cut })
    expect(first.failed.map(({ reason }) => reason)).toEqual([
      'cut off, a later run goes on: connection reset',
    ])
    const before = east(out).length
    expect(before).toBeLessThan(120)

    const asked: string[] = []
    const noting: History = (range) => {
      asked.push(`${range.region} ${range.to}`)
      return whole(range)
    }
    const second = await backfill(await incident(), { ...ports, history: noting })
    expect(second.failed).toEqual([])
    expect(new Set(east(out).map(({ eventID }) => eventID)).size).toBe(120)
    expect(east(out)).toHaveLength(120)
    expect(asked).toEqual([`us-east-1 ${east(out)[before - 1]!.eventTime}`])

    const third = await backfill(await incident(), { ...ports, history: noting })
    expect(third.filled.map(({ kept, added }) => [kept, added])).toEqual([
      [0, 0],
      [120, 0],
    ])
    expect(asked).toHaveLength(1)
  }, 30_000)

  it('asks for all of a gap again that has grown since, and keeps what it has once', async () => {
    const whole = await history(Array.from({ length: 9 }, (_, second) => unseen(second + 1)))
    const out = join(dir, 'grown')
    const ports = { accountId: '111122223333', out, now: NOW }
    await backfill(await incident(), { ...ports, history: whole })
    const path = join(out, 'backfill.json')
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"to": "2026-10-14T13:41:09Z"', '"to": "2026-10-14T13:20:00Z"'),
    )
    const asked: string[] = []
    const again = await backfill(await incident(), {
      ...ports,
      history: (range) => {
        asked.push(range.to)
        return whole(range)
      },
    })
    expect(asked).toEqual(['2026-10-14T13:41:09Z'])
    expect(again.filled.at(-1)).toMatchObject({ kept: 9, added: 0 })
    expect(east(out)).toHaveLength(9)
  }, 30_000)

  it('says so when the credentials are of another account, and asks nothing', async () => {
    const found = await backfill(await incident(), {
      history: () => {
        throw new Error('asked')
      },
      accountId: '444455556666',
      out: join(dir, 'other'),
      now: NOW,
    })
    expect(found.filled).toEqual([])
    expect(found.failed[0]!.reason).toBe(
      'the gap is in account 111122223333, the credentials are of account 444455556666',
    )
  })

  it('what was fetched can be scanned, and its evidence is not proven', async () => {
    const out = join(dir, 'scanned')
    await backfill(await incident(), {
      history: await history([
        unseen(5, 'us-east-1', {
          eventName: 'StopLogging',
          eventSource: 'cloudtrail.amazonaws.com',
          requestParameters: { name: 'management-events' },
        }),
      ]),
      accountId: '111122223333',
      out,
      now: NOW,
    })
    const { stdout } = await trailwarden(['scan', out, '--format', 'jsonl'])
    expect(stdout).toContain('cloudtrail-trail-stopped')
    const { stdout: text } = await trailwarden(['scan', out])
    expect(text).not.toMatch(/evidence\s+verified/i)
  }, 30_000)
})

describe('the gaps of a validation', () => {
  const gap = (object: string, from: string, to: string, more: Partial<Problem> = {}): Problem => ({
    status: 'gap',
    kind: 'chain',
    object,
    reason: 'logging-off',
    detail: '',
    from,
    to,
    ...more,
  })

  it('of several trails that overlap are one, an hour earlier than their digests say', () => {
    const { gaps } = gapsOf(
      [
        gap('111122223333/us-east-1/b', '2026-10-14T11:00:00Z', '2026-10-14T12:00:00Z', {
          reason: 'lost',
          status: 'missing',
        }),
        gap('111122223333/us-east-1/a', '2026-10-14T10:00:00Z', '2026-10-14T11:30:00Z'),
        gap('111122223333/eu-west-1/a', '2026-10-14T10:00:00Z', '2026-10-14T11:30:00Z'),
      ],
      NOW,
    )
    expect(gaps).toEqual([
      {
        accountId: '111122223333',
        region: 'eu-west-1',
        from: '2026-10-14T09:00:00Z',
        to: '2026-10-14T11:30:00Z',
        reasons: ['logging-off'],
      },
      {
        accountId: '111122223333',
        region: 'us-east-1',
        from: '2026-10-14T09:00:00Z',
        to: '2026-10-14T12:00:00Z',
        reasons: ['logging-off', 'lost'],
      },
    ])
  })

  it('end where CloudTrail has forgotten, and are counted when nothing is left', () => {
    const found = gapsOf(
      [
        gap('111122223333/us-east-1/a', '2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z'),
        gap('111122223333/us-east-1/a', '2026-07-16T00:00:00Z', '2026-07-18T00:00:00Z'),
      ],
      NOW,
    )
    expect(found.tooOld).toBe(1)
    expect(found.gaps.map(({ from, to }) => [from, to])).toEqual([
      ['2026-07-17T00:00:00Z', '2026-07-18T00:00:00Z'],
    ])
  })

  it('are only those of chains in places with a name that AWS gives', () => {
    const { gaps } = gapsOf(
      [
        gap('../../etc/us-east-1', '2026-10-14T10:00:00Z', '2026-10-14T11:30:00Z'),
        gap('111122223333/us-east-1/a', '2026-10-14T10:00:00Z', '2026-10-14T11:30:00Z', { kind: 'log' }),
        gap('111122223333/us-east-1/a', '2026-10-14T10:00:00Z', '2026-10-14T11:30:00Z', {
          status: 'modified',
        }),
      ],
      NOW,
    )
    expect(gaps).toEqual([])
  })
})
