import { readFileSync } from 'node:fs'
import type { DatabaseFile } from '../network-database.ts'

/** Files of networks that were packed beside a function. They were checked when they were packed. */
export const readNetworkFiles = (paths: readonly string[]): readonly DatabaseFile[] =>
  paths.map((path) => ({ name: path, bytes: readFileSync(path) }))
