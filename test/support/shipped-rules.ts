import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../rules/', import.meta.url)

/** The rules this repository ships, as the loader takes them. */
export const shippedRuleFiles = (): readonly { path: string; text: string }[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => ({ path: `rules/${name}`, text: readFileSync(new URL(name, FOLDER), 'utf8') }))
