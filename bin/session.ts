import type { Terminal } from './terminal.ts'

/** What every command is given, and how it answers. */
export interface Session {
  readonly terminal: Terminal
  /** Sets the exit status: 0 nothing to report, 1 something was found, 2 wrong usage or the job could not run. */
  exit(status: 0 | 1 | 2): void
}
