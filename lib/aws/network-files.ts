import { readFileSync } from 'node:fs'
import { mmdbDatabase } from '../network-database.ts'
import type { NetworkDatabase } from '../ports.ts'

/** The databases of networks that were packed beside a function, as one; `undefined` when there is none. Checked when they were packed. */
export const openNetworkFiles = (paths: readonly string[]): NetworkDatabase | undefined =>
  paths.length === 0
    ? undefined
    : mmdbDatabase(paths.map((path) => ({ name: path, bytes: readFileSync(path) })))
