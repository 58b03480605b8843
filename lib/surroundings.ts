import type { Surroundings } from './detection/baseline/surroundings.ts'
import { type DatabaseFile, mmdbDatabase } from './network-database.ts'

/** What the owner adds to the events, as plain data that another thread can be handed. */
export interface SurroundingFiles extends Omit<Surroundings, 'networks'> {
  readonly networkFiles?: readonly DatabaseFile[]
}

/** Throws `UsageError` that names a file which is no database. */
export const openSurroundings = ({ networkFiles = [], ...rest }: SurroundingFiles): Surroundings =>
  networkFiles.length === 0 ? rest : { ...rest, networks: mmdbDatabase(networkFiles) }
