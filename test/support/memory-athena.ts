import type { Row } from '../../lib/ports.ts'
import type { Execution, Remembered, RunEngine } from '../../lib/query/run-world.ts'

/** What a query ends in. */
export interface Ending {
  readonly state: Execution['state']
  readonly reason?: string
  readonly retryable?: boolean
  readonly rows?: readonly Row[]
  readonly scannedBytes?: number
}

/** An engine in memory: queries stay queued until they are ended, and the same token starts one. */
export const memoryAthena = () => {
  const executions: (Execution & { readonly token: string; readonly rows: readonly Row[] })[] = []
  const at = (id: string): number => executions.findIndex((one) => one.id === id)
  const end = (id: string, ending: Ending): void => {
    executions[at(id)] = { ...executions[at(id)]!, ...ending }
  }
  const engine: RunEngine = {
    start: async (sql, token) => {
      const known = executions.find((one) => one.token === token)
      if (known) return known.id
      const id = `q-${executions.length + 1}`
      const fresh = {
        state: 'QUEUED' as const,
        reason: '',
        retryable: false,
        scannedBytes: 0,
        queuedMs: 0,
        rows: [],
      }
      executions.push({ ...fresh, id, sql, token })
      return id
    },
    look: async (id) => executions[at(id)]!,
    stop: async (id) => end(id, { state: 'CANCELLED' }),
    async *pages(id) {
      const { rows } = executions[at(id)]!
      yield { columns: Object.keys(rows[0] ?? {}), rows }
    },
  }
  return { engine, executions, end }
}

/** Documents in memory, with writes that fail when somebody wrote in between. */
export const memoryDocuments = () => {
  const texts = new Map<string, string>()
  const document = (key: string): Remembered => ({
    read: async () => texts.get(key),
    update: async (change) => {
      for (;;) {
        const known = texts.get(key)
        await Promise.resolve()
        const text = change(known)
        if (texts.get(key) !== known) continue
        texts.set(key, text)
        return text
      }
    },
  })
  return { texts, document }
}
