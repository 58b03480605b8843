import { UsageError } from '../errors.ts'
import type { ListedObject } from '../ports.ts'

export interface ListedPage {
  readonly objects: readonly ListedObject[]
  /** Common prefixes, with the delimiter at their end. */
  readonly folders: readonly string[]
  readonly isLast: boolean
}

/** Pages of a listing, in key order. */
export type ListPages = (query: {
  readonly prefix: string
  readonly delimiter?: string
  readonly startAfter?: string
}) => AsyncIterable<ListedPage>

/** Days wanted, UTC ISO; open where left out. A day more is listed on both sides: names and links reach over midnight. */
export interface TrailWindow {
  readonly from?: string
  readonly to?: string
  /** For a Region's folder: the day, `2026/11/02`, from which on it is wanted. */
  readonly startIn?: (folder: string) => string | undefined
  /** Told of folders that lie beside an `AWSLogs/` and were not looked into. */
  readonly onPassedBy?: (folders: readonly string[]) => void
}

/** Folders listed at the same time. */
const AHEAD = 8
/** Folders looked into in search of an `AWSLogs/`. */
const MOST_FOLDERS = 500

/**
 * Pages of what CloudTrail wrote below `prefix`, in key order: by account and Region, several folders at the same time, each from the
 * first day wanted to the last. Other services' logs are passed by. A bucket that fits one page costs two requests. Throws
 * `UsageError` when `AWSLogs/` lies too deep in a large bucket to be found by looking.
 */
export async function* trailPages(
  pages: ListPages,
  prefix: string,
  window: TrailWindow,
): AsyncGenerator<ListedPage> {
  const walked = walk({ pages, window, looked: 0 }, prefix)
  if (window.startIn) return yield* walked
  // Both are on their way at once: one of them is one request too many.
  const root = walked.next()
  root.catch(() => {})
  for await (const page of pages({ prefix })) {
    if (page.isLast) {
      yield page
      return
    }
    break
  }
  const first = await root
  if (!first.done) yield first.value
  yield* walked
}

interface Walk {
  readonly pages: ListPages
  readonly window: TrailWindow
  /** Folders looked into above any `AWSLogs/`. */
  looked: number
}

async function* walk(state: Walk, prefix: string): AsyncGenerator<ListedPage> {
  const { pages, window } = state
  const path = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]{4,32}\/)?(.*)$/.exec(prefix)?.[1]
  if (path !== undefined && path.split('/').length > 3) {
    yield* days(pages, prefix, window)
    return
  }
  if (path === undefined && ++state.looked > MOST_FOLDERS) {
    throw new UsageError(`${prefix}: no AWSLogs/ in ${MOST_FOLDERS} folders: name the prefix before it`)
  }
  const folders: string[] = []
  for await (const page of pages({ prefix, delimiter: '/' })) {
    folders.push(...page.folders)
    yield { objects: page.objects, folders: [], isLast: false }
  }
  yield* inOrder(
    wantedOf(state, prefix, folders, path).map((folder) => () => walk(state, folder)),
    AHEAD,
  )
}

/** Where there is an `AWSLogs/`, what lies beside it is not this trail's. */
const wantedOf = (
  { window }: Walk,
  prefix: string,
  folders: readonly string[],
  path: string | undefined,
): readonly string[] => {
  if (path !== undefined) return folders.filter((folder) => isTrails(folder.slice(prefix.length), path))
  const logs = `${prefix}AWSLogs/`
  if (!folders.includes(logs)) return folders
  if (folders.length > 1) window.onPassedBy?.(folders.filter((folder) => folder !== logs))
  return [logs]
}

/** Below `AWSLogs/`: organizations, accounts; below an account CloudTrail's folders; below those, Regions. */
const isTrails = (folder: string, path: string): boolean => {
  if (path === '') return /^(?:o-[a-z0-9]{4,32}|\d{12})\/$/.test(folder)
  return path.split('/').length > 2 || /^CloudTrail(?!-Lake)/.test(folder)
}

/** One Region of one kind: `.../CloudTrail/us-east-1/`. */
async function* days(
  pages: ListPages,
  prefix: string,
  { from, to, startIn }: TrailWindow,
): AsyncGenerator<ListedPage> {
  const first = startIn?.(prefix) ?? (from === undefined ? undefined : dayOf(from, -1))
  const after = first === undefined ? undefined : `${prefix}${first}`
  const end = to === undefined ? undefined : `${prefix}${dayOf(to, 2)}`
  for await (const page of pages({ prefix, ...(after && { startAfter: after }) })) {
    const objects = end === undefined ? page.objects : page.objects.filter(({ key }) => key < end)
    yield { ...page, objects }
    if (objects.length < page.objects.length) return
  }
}

/** `2026/11/02`, so many days after a time. */
const dayOf = (time: string, later: number): string =>
  new Date(Date.parse(time) + later * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/')

/** Runs sources one after the other, while the first pages of those that follow are fetched already. */
async function* inOrder<T>(sources: readonly (() => AsyncGenerator<T>)[], ahead: number): AsyncGenerator<T> {
  const started = new Map<number, { source: AsyncGenerator<T>; first: Promise<IteratorResult<T>> }>()
  const start = (index: number) => {
    const source = sources[index]?.()
    if (!source) return
    const first = source.next()
    // Whoever comes to it sees the error; until then it must not end the process.
    first.catch(() => {})
    started.set(index, { source, first })
  }
  for (let index = 0; index < Math.min(ahead, sources.length); index++) start(index)
  for (let index = 0; index < sources.length; index++) {
    const { source, first } = started.get(index)!
    const result = await first
    if (!result.done) yield result.value
    yield* source
    started.delete(index)
    start(index + ahead)
  }
}
