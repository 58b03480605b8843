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
}

/** Folders listed at the same time. */
const AHEAD = 8
/** Folders above `AWSLogs/` that are looked into one by one; what lies deeper is listed whole. */
const DEPTH = 3

/**
 * Pages of what CloudTrail wrote below `prefix`, in key order: by account and Region, several folders at the same time, each from the
 * first day wanted to the last. Other services' logs are passed by. A bucket that fits one page costs one request.
 */
export async function* trailPages(
  pages: ListPages,
  prefix: string,
  window: TrailWindow,
): AsyncGenerator<ListedPage> {
  for await (const page of pages({ prefix })) {
    if (page.isLast) {
      yield page
      return
    }
    break
  }
  yield* walk(pages, prefix, window, 0)
}

async function* walk(
  pages: ListPages,
  prefix: string,
  window: TrailWindow,
  depth: number,
): AsyncGenerator<ListedPage> {
  const below = /(?:^|\/)AWSLogs\/(.*)$/.exec(prefix)?.[1]
  const path = below?.replace(/^o-[a-z0-9]{4,32}\//, '')
  if (path === undefined ? depth > DEPTH : path.split('/').length > 3) {
    yield* path === undefined ? pages({ prefix }) : days(pages, prefix, window)
    return
  }
  const folders: string[] = []
  for await (const page of pages({ prefix, delimiter: '/' })) {
    folders.push(...page.folders)
    yield { objects: page.objects, folders: [], isLast: false }
  }
  const wanted = folders.filter((folder) => isTrails(folder.slice(prefix.length), path))
  yield* inOrder(
    wanted.map((folder) => () => walk(pages, folder, window, depth + 1)),
    AHEAD,
  )
}

/** Below `AWSLogs/`: organizations, accounts; below an account CloudTrail's folders; below those, Regions. */
const isTrails = (folder: string, path: string | undefined): boolean => {
  if (path === undefined) return true
  if (path === '') return /^(?:o-[a-z0-9]{4,32}|\d{12})\/$/.test(folder)
  return path.split('/').length > 2 || /^CloudTrail(?!-Lake)/.test(folder)
}

/** One Region of one kind: `.../CloudTrail/us-east-1/`. */
async function* days(
  pages: ListPages,
  prefix: string,
  { from, to }: TrailWindow,
): AsyncGenerator<ListedPage> {
  const after = from === undefined ? undefined : `${prefix}${dayOf(from, -1)}`
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
