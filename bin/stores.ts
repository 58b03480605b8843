import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { readManifest, type StoreManifest } from '../lib/local/store-manifest.ts'
import { ingest } from './ingest.ts'
import { openSource } from './source.ts'
import type { Terminal } from './terminal.ts'

/** Where a source has a store already: itself, or the `--out` folder of a scan. */
const storedIn = (source: string): string | undefined =>
  [source, join(source, 'store')].find((dir) => readManifest(dir))

/** What the manifest of a source's store says, when it has one. */
export const storeOf = (source: string): StoreManifest | undefined => {
  const dir = storedIn(source)
  return dir === undefined ? undefined : readManifest(dir)
}

/**
 * Lends the event store of a source: one that is there already (a store, or the `--out` folder of a scan), else one made for
 * this call and removed after it.
 */
export const withStore = async (
  source: string,
  terminal: Terminal,
  use: (dir: string) => Promise<void>,
): Promise<void> => {
  const there = storedIn(source)
  if (there) return use(there)
  const opened = await openSource(source, {}, terminal)
  const dir = await mkdtemp(join(tmpdir(), 'trailwarden-'))
  const leave = removeWhenLeaving(dir)
  try {
    const { files, events } = await ingest(opened, dir, terminal)
    if (files.ingested === 0)
      throw new UsageError(`${source}: expected CloudTrail log files or an event store, found none`)
    const missing = files.listed - files.ingested
    terminal.note(
      `read ${events.kept} events of ${files.ingested} log files${missing ? `; ${missing} other files were left out` : ''}`,
    )
    await use(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
    leave()
  }
}

/** Events are nothing to leave behind, even when the run is interrupted or nobody reads on. Answers how to stop watching. */
const removeWhenLeaving = (dir: string): (() => void) => {
  const remove = () => rmSync(dir, { recursive: true, force: true })
  const interrupted = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal])
  process.on('exit', remove)
  for (const signal of SIGNALS) process.once(signal, interrupted)
  return () => {
    process.off('exit', remove)
    for (const signal of SIGNALS) process.off(signal, interrupted)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
