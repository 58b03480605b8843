import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const lines = (name: string): string[] =>
  readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))

/** Expressions without a table; a real Trino takes them as they are. */
export const expressions = (): string[] => lines('expressions.txt')

/** Queries over the sample events, with the parameters of `PARAMS`. */
export const queries = (): string[] => lines('queries.txt')

export const PARAMS = { since: '2024-01-01', until: '2024-02-01' }

/** What Trino 483 answered: rows as text, or that it failed. */
export interface Recorded {
  readonly sql: string
  readonly rows: readonly (readonly (string | null)[])[] | 'fails'
}

/** The recorded answers, made by `npm run test:trino` with RECORD=1. */
export const recorded = (): Recorded[] => lines('answers.jsonl').map((line) => JSON.parse(line) as Recorded)
