import type { LogInspection } from '../trail/inspection.ts'
import { nameTable } from './name-table.ts'

/** What was found in each log file of a run, by key: hashes as bytes, so that a busy month fits in little memory. */
export interface InspectionMemory {
  add(key: string, inspection: LogInspection): void
  get(key: string): LogInspection | undefined
}

const HASH_BYTES = 32

/** An empty memory: about 120 bytes for each log file added. */
export const inspectionMemory = (): InspectionMemory => {
  const names = nameTable()
  const folders = new Map<string, number>()
  const damaged = new Map<number, LogInspection>()
  let hashes = Buffer.alloc(HASH_BYTES * 64)
  const place = (key: string) => {
    const at = key.lastIndexOf('/') + 1
    return { folder: key.slice(0, at), name: key.slice(at) }
  }
  return {
    add(key, inspection) {
      const { folder, name } = place(key)
      const group = folders.get(folder) ?? folders.size
      folders.set(folder, group)
      const row = names.add(group, name)
      if (!inspection.ok) {
        damaged.set(row, inspection)
        return
      }
      if ((row + 1) * HASH_BYTES > hashes.length) {
        hashes = Buffer.concat([hashes], Math.ceil((row + 1) * 1.4) * HASH_BYTES)
      }
      hashes.write(inspection.sha256, row * HASH_BYTES, 'hex')
    },
    get(key) {
      const { folder, name } = place(key)
      const group = folders.get(folder)
      const row = group === undefined ? undefined : names.find(group, name)
      if (row === undefined) return undefined
      const at = row * HASH_BYTES
      return damaged.get(row) ?? { ok: true, sha256: hashes.toString('hex', at, at + HASH_BYTES) }
    },
  }
}
