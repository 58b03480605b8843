import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backfilled, backfillGap, type GapStore, type History, liesIn } from '../lib/backfill-gap.ts'
import { messageOf, UsageError } from '../lib/errors.ts'
import { ingestEvents } from '../lib/ingest.ts'
import { type Gap, gapsOf } from '../lib/integrity/gaps.ts'
import { type CloudTrailEvent, eventIdOf } from '../lib/trail/event.ts'
import { writeWhole } from './files.ts'
import type { Source } from './source.ts'
import { verifySource } from './verify-run.ts'

/** What the gaps of a source are filled from, and where to. */
export interface BackfillPorts {
  readonly history: History
  /** Account of the credentials: no other's history can be asked. */
  readonly accountId: string
  readonly out: string
  /** UTC ISO: how far back CloudTrail remembers. */
  readonly now: string
}

export interface BackfillResult {
  readonly filled: readonly (Backfilled & { readonly file: string })[]
  readonly failed: readonly { readonly gap: Gap; readonly reason: string }[]
  /** Gaps that CloudTrail has forgotten. */
  readonly tooOld: number
}

/** The mark of everything that is fetched so. */
export const UNPROVEN =
  "CloudTrail's own history (LookupEvents): management events only, covered by no digest file"

/**
 * Finds the gaps of a source by validating it, and fetches what CloudTrail's history knows of each. One gap that cannot be fetched keeps no other from it.
 * Writes a JSON line an event, `backfill.json` that says what they are, and nothing into the source.
 */
export const backfill = async (source: Source, ports: BackfillPorts): Promise<BackfillResult> => {
  const report = await verifySource(source, {
    ...(source.metadata && { metadata: source.metadata }),
    now: ports.now,
  })
  const { gaps, tooOld } = gapsOf(report.problems, ports.now)
  const inLogs = gaps.length === 0 ? new Set<string>() : await idsWithin(source, gaps)
  const filled: BackfillResult['filled'][number][] = []
  const failed: { gap: Gap; reason: string }[] = []
  const store = gapStore(ports.out, await earlierRun(ports.out))
  const keep = (result: BackfillResult) => writeWhole(join(ports.out, NAME), manifest(source, ports, result))
  for (const gap of gaps) {
    await keep({ filled, failed: [...failed, { gap, reason: 'under way, or its run was stopped' }], tooOld })
    const reason =
      gap.accountId === ports.accountId
        ? await fill(gap, { ...ports, store, inLogs }, (one) => filled.push({ ...one, file: fileOf(gap) }))
        : `the gap is in account ${gap.accountId}, the credentials are of account ${ports.accountId}`
    if (reason !== undefined) failed.push({ gap, reason })
    await keep({ filled, failed, tooOld })
  }
  return { filled, failed, tooOld }
}

const fill = async (
  gap: Gap,
  ports: BackfillPorts & { readonly store: GapStore; readonly inLogs: ReadonlySet<string> },
  done: (one: Backfilled) => void,
): Promise<string | undefined> => {
  try {
    done(await backfillGap(gap, ports))
    return undefined
  } catch (error) {
    return `cut off, a later run goes on: ${messageOf(error)}`
  }
}

const idsWithin = async (source: Source, gaps: readonly Gap[]): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>()
  await ingestEvents(source, {
    onEvent: ({ event }) => {
      const id = eventIdOf(event)
      if (id !== undefined && liesIn(gaps, event)) ids.add(id)
    },
  })
  return ids
}

const manifest = (
  { logs }: Source,
  { now }: BackfillPorts,
  { filled, failed, tooOld }: BackfillResult,
): string => {
  const gaps = [
    ...filled.map(({ gap, file, kept, unreadable }) => ({ ...gap, file, events: kept, unreadable })),
    ...failed.map(({ gap, reason }) => ({ ...gap, file: fileOf(gap), failed: reason })),
  ]
  const text = { source: logs.name, fetchedAt: now, evidence: UNPROVEN, digestVerified: false, gaps, tooOld }
  return `${JSON.stringify(text, null, 2)}\n`
}

/** `111122223333_us-east-1_20261014T122740Z.jsonl` */
const fileOf = ({ accountId, region, from }: Gap): string =>
  `${accountId}_${region}_${from.replaceAll(/[-:]/g, '')}.jsonl`

const NAME = 'backfill.json'

/** What an earlier run had in hand, by file: until when the gap went then, and whether all of it was fetched. */
type Earlier = ReadonlyMap<string, { readonly to: string; readonly done: boolean }>

/** Throws `UsageError` for a manifest that is none. */
const earlierRun = async (out: string): Promise<Earlier> => {
  const path = join(out, NAME)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return new Map()
  try {
    const { gaps } = JSON.parse(text) as { gaps: readonly (Gap & { file: string; failed?: string })[] }
    return new Map(gaps.map(({ file, to, failed }) => [file, { to, done: failed === undefined }]))
  } catch (error) {
    throw new UsageError(`${path}: expected what an earlier run wrote: ${messageOf(error)}`, { cause: error })
  }
}

/** Events in a JSON Lines file a gap. A gap that has grown since is asked for from its end again. */
const gapStore = (out: string, earlier: Earlier): GapStore => {
  const pathOf = (gap: Gap) => join(out, fileOf(gap))
  return {
    read: async (gap) => {
      const events = await eventsIn(pathOf(gap))
      const ids = new Set(events.flatMap((event) => eventIdOf(event) ?? []))
      const [oldest] = events.map(({ eventTime }) => String(eventTime)).sort()
      const before = earlier.get(fileOf(gap))
      if (before?.to !== gap.to) return { ids, done: false }
      return { ids, done: before.done, ...(oldest !== undefined && { oldest }) }
    },
    append: async (gap, events) => {
      await mkdir(out, { recursive: true })
      const lines = events.map((event) => `${JSON.stringify(event)}\n`)
      if (lines.length > 0) await appendFile(pathOf(gap), lines.join(''))
    },
  }
}

/** Throws `UsageError` for a line that is no event: it is not ours, or was cut off. */
const eventsIn = async (path: string): Promise<readonly CloudTrailEvent[]> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UsageError(`${path}: cannot be read (${error.code})`, { cause: error })
  })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as CloudTrailEvent
      } catch (error) {
        throw new UsageError(`${path}: line ${index + 1} is no event: remove the file and fetch it again`, {
          cause: error,
        })
      }
    })
}
