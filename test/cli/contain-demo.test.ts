import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EntryData } from '../../lib/containment/entries.ts'
import { addEntry, emptyBook } from '../../lib/containment/fold.ts'
import { fileLedger } from '../../lib/local/ledger.ts'
import type { AccountState } from '../../lib/local/simulated-account/state.ts'
import type { LedgerEntry } from '../../lib/ports.ts'
import { type Ran, trailwarden } from '../support/cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'trailwarden-demo-test-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Demo {
  readonly ran: Ran
  readonly kept: string
  readonly entries: readonly LedgerEntry[]
}

const run = async (attacker: string): Promise<Demo> => {
  const kept = join(dir, attacker)
  const ran = await trailwarden(
    ['contain', 'demo', '--attacker', attacker, '--keep', kept, '--speed', '1000000'],
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HTTPS_PROXY: 'http://127.0.0.1:1' },
  )
  const entries: LedgerEntry[] = []
  for await (const entry of fileLedger(join(kept, 'ledger.jsonl')).entries()) entries.push(entry)
  return { ran, kept, entries }
}

const dataOf = <K extends keyof EntryData>(entries: readonly LedgerEntry[], kind: K) =>
  entries
    .filter((entry) => entry.kind === kind)
    .map(({ data, ...entry }) => ({ ...entry, data: data as unknown as EntryData[K] }))

const accountIn = (kept: string, name: string): AccountState =>
  JSON.parse(readFileSync(join(kept, `account-${name}.json`), 'utf8'))

const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000

describe.each(['calls', 'undo'])('the demo with an attacker who %s', (attacker) => {
  let demo: Demo
  beforeAll(async () => {
    demo = await run(attacker)
  }, 60_000)

  it('says that every claim held, and exits 0', () => {
    expect(demo.ran.stderr).toBe('')
    expect(demo.ran.stdout).toMatch(/\n(\d+) of \1 claims held, in \d+ seconds of your time\./)
    expect(demo.ran.status).toBe(0)
  })

  it('plans, then is approved by somebody else, then calls: in this order in the ledger', () => {
    const kinds = demo.entries.map(({ kind }) => kind)
    expect(kinds.lastIndexOf('planned')).toBeLessThan(kinds.indexOf('approved'))
    expect(kinds.indexOf('approved')).toBeLessThan(kinds.indexOf('calling'))
    const [approved, ...more] = dataOf(demo.entries, 'approved')
    expect(more).toEqual([])
    expect(approved!.data.approver).toContain(':role/aws-reserved/sso.amazonaws.com/')
  })

  it('writes each call before its answer, with the request id', () => {
    const answers = dataOf(demo.entries, 'called')
    expect(answers.length).toBe(dataOf(demo.entries, 'calling').length)
    expect(answers.length).toBeGreaterThanOrEqual(16)
    for (const { data } of answers) expect(data).toMatchObject({ outcome: 'answered', requestId: /./ })
  })

  it('calls nothing verified before it has held for five minutes', () => {
    const done = ['applied', 'reasserted'] as const
    for (const { action, time } of dataOf(demo.entries, 'verified')) {
      const made = demo.entries.filter(
        (one) => one.action === action && done.some((kind) => kind === one.kind),
      )
      expect(seconds(made.at(-1)!.time, time)).toBeGreaterThanOrEqual(300)
    }
    const ready = dataOf(demo.entries, 'planned').filter(({ data }) => data.prepared.found === 'ready')
    expect(ready.length).toBeGreaterThanOrEqual(8)
    expect(
      dataOf(demo.entries, 'verified')
        .map(({ action }) => action)
        .toSorted(),
    ).toEqual(ready.map(({ action }) => action).toSorted())
    expect(dataOf(demo.entries, 'verified').filter(({ data }) => data.log === 'quiet')).toHaveLength(2)
  })

  it('ends with everything released', () => {
    const book = emptyBook()
    for (const entry of demo.entries) addEntry(book, entry as never)
    const states = new Set([...book.actions.values()].map(({ state }) => state))
    expect(states).toEqual(new Set(['ALREADY', 'RELEASED']))
  })

  it('leaves the account as it was, but for the id of one security group rule', () => {
    const [before, after] = [accountIn(demo.kept, 'before'), accountIn(demo.kept, 'after')]
    const withoutId = ({ rules, ...rest }: AccountState) => ({
      ...rest,
      rules: rules.map(({ id: _, ...rule }) => rule),
    })
    expect(withoutId(after)).toEqual(withoutId(before))
    expect(before.principals.find(({ name }) => name === 'build-deploy')!.keys).toEqual({
      AKIAEXAMPLEBUILD0001: 'Active',
    })
  })

  it('reports plan, approver, dry run, request ids, every look, undo, expiry and evidence', () => {
    const html = readFileSync(join(demo.kept, 'report.html'), 'utf8')
    const markdown = readFileSync(join(demo.kept, 'report.md'), 'utf8')
    const [plan] = dataOf(demo.entries, 'planned')
    for (const text of [html, markdown]) {
      expect(text).toContain(plan!.data.plan)
      expect(text).toContain('AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67')
      expect(text).toContain('aws iam update-access-key --user-name build-deploy')
      expect(text).toContain('aws iam detach-user-policy --user-name svc-backup-admin')
      expect(text).toContain('digest verified')
      expect(text).toContain('2026-10-17 14:12:0')
      for (const words of ['10 s after', '1 min after', '5 min after']) expect(text).toContain(words)
      const applied = dataOf(demo.entries, 'called').filter(({ data }) => data.phase === 'apply')
      for (const { data } of applied) expect(text).toContain(data.requestId)
    }
    expect(html).not.toContain('Nothing has been done')
  })
})

describe('an attacker who undoes it', () => {
  it('is answered by making it again, verified from then on, and told of', async () => {
    const { kept, ran } = { kept: join(dir, 'undo'), ran: await status(join(dir, 'undo')) }
    const entries: LedgerEntry[] = []
    for await (const entry of fileLedger(join(kept, 'ledger.jsonl')).entries()) entries.push(entry)
    const again = dataOf(entries, 'reasserted')
    expect(again.length).toBeGreaterThanOrEqual(3)
    expect(again.every(({ data }) => data.holds)).toBe(true)
    expect(dataOf(entries, 'checked').filter(({ data }) => data.holds === 'no')).toHaveLength(again.length)
    expect(ran.stdout).toContain('RELEASED')
  })
})

const status = (kept: string) =>
  trailwarden(['contain', 'status', '--ledger', join(kept, 'ledger.jsonl'), '--format', 'json'])

describe('contain report', () => {
  const report = (format: string) =>
    trailwarden(['contain', 'report', '--ledger', join(dir, 'calls', 'ledger.jsonl'), '--format', format])

  it.each(['markdown', 'html', 'json'])('gives the same %s for the same ledger', async (format) => {
    const [one, two] = [await report(format), await report(format)]
    expect(one.status).toBe(0)
    expect(one.stdout).toBe(two.stdout)
    expect(one.stdout).toContain('AKIAEXAMPLEBACKUP001')
  })
})

describe('what the demo refuses', () => {
  it('does not go on in a folder that holds something', async () => {
    const { status, stderr } = await trailwarden(['contain', 'demo', '--keep', dir])
    expect([status, stderr]).toEqual([
      2,
      `trailwarden: ${dir}: expected a new or empty folder, found calls\n`,
    ])
  })

  it.each(['0', 'fast', '-3'])('takes no speed of %s', async (speed) => {
    const { status, stderr } = await trailwarden(['contain', 'demo', '--speed', speed])
    expect(status).toBe(2)
    expect(stderr).toContain('--speed: expected 1 to 1000000')
  })
})
