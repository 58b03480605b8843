import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Rule } from '../../lib/detection/rules.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'
import { parseLogFile } from '../../lib/trail/log-file.ts'

const DATA = new URL('../../../shared/data/', import.meta.url)

/** Folders of recorded and generated events beside the repository; none in a plain clone. */
export const dataSets = (): readonly string[] => (existsSync(DATA) ? readdirSync(DATA) : [])

/** Every event of every set that a log file holds. */
export const eventsOfSets = (): readonly CloudTrailEvent[] =>
  dataSets().flatMap((set) =>
    readdirSync(new URL(`${set}/`, DATA), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json.gz') && !entry.name.includes('Digest'))
      .flatMap((entry) => eventsIn(`${entry.parentPath}/${entry.name}`)),
  )

const eventsIn = (file: string): readonly CloudTrailEvent[] => {
  try {
    return parseLogFile(readFileSync(file)).events.map(({ event }) => event)
  } catch {
    return []
  }
}

/** Every event of the cases that belong to rules. */
export const eventsOfCases = (rules: readonly Rule[]): readonly CloudTrailEvent[] =>
  rules.flatMap((rule) => (rule.own?.cases ?? []).flatMap(({ events }) => events))
