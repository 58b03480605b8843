import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeExamples } from '../../examples/make-example.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const BUCKETS = ['incident', 'incident-tampered']

interface Expected {
  readonly events: number
  readonly unique: number
  readonly duplicates: number
  readonly logFiles: number
  readonly digests: number
  readonly otherObjects: Readonly<Record<string, number>>
  readonly story: readonly { step: string; eventID: string; eventName: string; time: string; key: string }[]
  readonly tampered: readonly { object: string; what: string; kind: string; status: string }[]
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

/** Text of a file; compressed ones inflated, because another build of zlib may pack the same text differently. */
const textOf = (folder: string, path: string): string => {
  const bytes = readFileSync(join(folder, path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

const recordsOf = (folder: string, key: string): Record<string, unknown>[] =>
  JSON.parse(textOf(folder, key)).Records

const incident = join(EXAMPLES, 'incident')
const tampered = join(EXAMPLES, 'incident-tampered')
const expected: Expected = JSON.parse(textOf(incident, 'EXPECTED.json'))
const keys = filesBelow(incident)
const logFiles = keys.filter((key) => parseObjectKey(key).type === 'log')
const events = logFiles.flatMap((key) => recordsOf(incident, key))

describe('the examples are what the program makes', () => {
  let made = ''
  beforeAll(() => {
    made = mkdtempSync(join(tmpdir(), 'trailwarden-examples-'))
    makeExamples(made)
  })
  afterAll(() => rmSync(made, { recursive: true }))

  it.each(BUCKETS)('%s: the same files with the same content', (bucket) => {
    const here = join(EXAMPLES, bucket)
    const there = join(made, bucket)
    const paths = filesBelow(here).filter((path) => path !== 'README.md')
    expect(filesBelow(there)).toEqual(paths)
    expect(paths.filter((path) => textOf(here, path) !== textOf(there, path))).toEqual([])
  })
})

describe.each(BUCKETS)('%s', (bucket) => {
  const folder = join(EXAMPLES, bucket)
  const paths = filesBelow(folder)

  it('is small', () => {
    expect(paths.length).toBeLessThanOrEqual(400)
    const bytes = paths.reduce((sum, path) => sum + readFileSync(join(folder, path)).length, 0)
    expect(bytes).toBeLessThanOrEqual(500_000)
  })

  it('names no account, address or mail domain but those set aside for documentation', () => {
    const text = paths.map((path) => textOf(folder, path)).join('\n')
    const accounts = new Set(text.match(/(?<![0-9A-Za-z])\d{12}(?![0-9A-Za-z])/g))
    expect([...accounts].sort()).toEqual(['111122223333', '444455556666', '999988887777'])
    const addresses = new Set(text.match(/(?<![\d./])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g))
    expect(
      [...addresses].filter(
        (address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^0\.0\.0\.0$/.test(address),
      ),
    ).toEqual([])
    const domains = new Set(text.match(/(?<=[a-z]@)[a-z.-]+/g))
    expect([...domains]).toEqual(['example.com'])
    const keyIds = new Set(text.match(/\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{10,}/g))
    expect([...keyIds].filter((id) => !id.startsWith('EXAMPLE', 4))).toEqual([])
  })
})

describe('EXPECTED.json', () => {
  it('counts what lies in the folder', () => {
    const ids = events.map((event) => event['eventID'])
    expect(expected.logFiles).toBe(logFiles.length)
    expect(expected.events).toBe(ids.length)
    expect(expected.unique).toBe(new Set(ids).size)
    expect(expected.duplicates).toBe(ids.length - new Set(ids).size)
    expect(expected.digests).toBe(keys.filter((key) => parseObjectKey(key).type === 'digest').length)
  })

  it('stays a day of a quiet company with an incident in it', () => {
    expect(expected).toMatchObject({ events: 1200, unique: 1196, duplicates: 4, logFiles: 130, digests: 50 })
  })

  it('counts the objects that are not CloudTrail’s', () => {
    const others = keys.filter((key) => key.startsWith('AWSLogs/')).map(parseObjectKey)
    const why = others.map((key) => (key.type === 'other' ? key.why : key.type))
    const counted = Object.keys(expected.otherObjects).map((name) => [
      name,
      why.filter((one) => one === name).length,
    ])
    expect(Object.fromEntries(counted)).toEqual(expected.otherObjects)
  })

  it('tells the story in order, each step with its event and the log file it lies in', () => {
    for (const { eventID, eventName, time, key } of expected.story) {
      const found = recordsOf(incident, key).find((event) => event['eventID'] === eventID)
      expect(found).toMatchObject({ eventName, eventTime: time })
    }
    const times = expected.story.map(({ time }) => time)
    expect(times).toEqual(times.toSorted())
    expect(new Set(expected.story.map(({ step }) => step)).size).toBe(expected.story.length)
  })

  it('names every difference between the two buckets', () => {
    const differs = [...new Set([...keys, ...filesBelow(tampered)])].filter((path) => {
      if (!path.startsWith('AWSLogs/')) return false
      const [before, after] = [incident, tampered].map((folder) => filesBelow(folder).includes(path))
      return before !== after || textOf(incident, path) !== textOf(tampered, path)
    })
    expect(differs.sort()).toEqual(expected.tampered.map(({ object }) => object).sort())
  })
})

describe('the incident', () => {
  it('has the oddities of real deliveries', () => {
    const versions = new Set(events.map((event) => event['eventVersion']))
    expect([...versions].sort()).toEqual(['1.08', '1.09', '1.10', '1.11'])
    const categories = new Set(events.map((event) => event['eventCategory']))
    expect([...categories].sort()).toEqual(['Data', 'Insight', 'Management', 'NetworkActivity'])
    const located = logFiles.flatMap((key) => recordsOf(incident, key).map((event) => ({ key, event })))
    const otherRegion = located.filter(({ key, event }) => !key.includes(`/${event['awsRegion']}/`))
    expect(otherRegion.length).toBeGreaterThan(0)
    const otherDay = located.filter(
      ({ key, event }) => !key.includes(String(event['eventTime']).slice(0, 10).replaceAll('-', '/')),
    )
    expect(otherDay.length).toBeGreaterThan(0)
    expect(logFiles.some((key) => textOf(incident, key).includes('\\u003d'))).toBe(true)
  })

  it('holds no event from the time when the trail was stopped', () => {
    const times = events.map((event) => String(event['eventTime']))
    expect(times.filter((time) => time > '2026-10-14T13:16:27Z' && time < '2026-10-14T13:41:09Z')).toEqual([])
  })
})
