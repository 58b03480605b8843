import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { ACCOUNT, type Region } from './company.ts'
import { type Event, iso } from './event.ts'
import type { Delivery } from './noise.ts'

/** A log file as CloudTrail delivers it. */
export interface LogFile {
  readonly key: string
  readonly region: Region
  /** The inflated text: what a digest file hashes. */
  readonly text: string
  readonly events: readonly Event[]
  /** When it was written, epoch seconds. The time in its name is this, rounded up to five minutes. */
  readonly writtenAt: number
}

const SLOT = 300

/** Packs events into one log file per Region and five minutes, nearly in order. `twice` come again in the next file. */
export const deliver = (deliveries: readonly Delivery[], twice: ReadonlySet<unknown>): LogFile[] => {
  const slots = Map.groupBy(deliveries, ({ event, region }) => `${region} ${slotOf(event)}`)
  const files = [...slots].map(([slot, content]) => {
    const [region, start] = slot.split(' ') as [Region, string]
    return { region, start: Number(start), events: content.map(({ event }) => event).sort(byTime) }
  })
  files.sort((a, b) => a.region.localeCompare(b.region) || a.start - b.start)
  files.forEach((file, index) => {
    const repeated = file.events.filter(
      (event) => twice.has(event['eventID']) && slotOf(event) === file.start,
    )
    if (files[index + 1]?.region === file.region) files[index + 1]!.events.push(...repeated)
  })
  return files.map((file, index) =>
    logFile('CloudTrail', file.region, file.start, file.events, index % 20 === 7),
  )
}

/** One log file with the events of the five minutes from `start`. */
export const logFile = (
  kind: string,
  region: Region,
  start: number,
  events: readonly Event[],
  escaped = false,
): LogFile => {
  const tag = createHash('sha256').update(`${kind} ${region} ${start}`).digest()
  const writtenAt = start + SLOT + 95 + (tag[0]! % 100)
  const stamp = iso(Math.ceil(writtenAt / SLOT) * SLOT)
  const day = stamp.slice(0, 10).replaceAll('-', '/')
  const name = `${ACCOUNT}_${kind}_${region}_${stamp.slice(0, 16).replaceAll(/[-:]/g, '')}Z_${uniqueOf(tag)}.json.gz`
  const json = JSON.stringify({ Records: events })
  // Some of CloudTrail's writers escape the equals sign: such a file does not survive parsing and writing again.
  const text = escaped ? json.replaceAll('=', '\\u003d') : json
  return { key: `AWSLogs/${ACCOUNT}/${kind}/${region}/${day}/${name}`, region, text, events, writtenAt }
}

const uniqueOf = (tag: Buffer): string => tag.toString('base64').replaceAll(/[+/=]/g, '').slice(0, 16)

const slotOf = (event: Event): number =>
  Math.floor(Date.parse(String(event['eventTime'])) / 1000 / SLOT) * SLOT

const byTime = (a: Event, b: Event): number => String(a['eventTime']).localeCompare(String(b['eventTime']))

/** gzip as CloudTrail writes it: no time and no operating system in the header, so the same text is the same bytes. */
export const gzip = (text: string): Buffer => {
  const bytes = gzipSync(text, { level: 9 })
  bytes.fill(0, 4, 10)
  return bytes
}
