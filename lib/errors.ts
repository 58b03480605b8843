/**
 * The few ways an input can be unusable. Each names the thing that is wrong, says what was expected and what was
 * found, and keeps the cause. Anything an attacker did to a log is not an error but a verdict (see verdict.ts).
 */

/** The request itself is wrong: an option, a source or a file the user named. The command line exits 2 on it. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** One object exists but its bytes cannot be had: access denied, archived storage class, key denied, disk error. */
export class UnreadableObject extends Error {
  override name = 'UnreadableObject'
  readonly object: string
  readonly reason: UnreadableReason
  constructor(object: string, reason: UnreadableReason, options?: ErrorOptions & { detail?: string }) {
    super(`${object}: ${options?.detail ?? reason}`, options)
    this.object = object
    this.reason = reason
  }
}

export type UnreadableReason = 'access-denied' | 'archived' | 'key-denied' | 'io-error'

/** Bytes that are not a log file: the whole object is quarantined, the run goes on. */
export class NotALogFile extends Error {
  override name = 'NotALogFile'
  readonly reason: QuarantineReason
  constructor(reason: QuarantineReason, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.reason = reason
  }
}

export type QuarantineReason =
  | 'empty-object'
  | 'not-gzip'
  | 'truncated-gzip'
  | 'damaged-gzip'
  | 'too-large'
  | 'not-json'
  | 'not-cloudtrail'

/** A rule, playbook or query file that cannot be used. Names the file, and the line where it is known. */
export class ContentError extends Error {
  override name = 'ContentError'
  readonly file: string
  readonly line: number | undefined
  constructor(file: string, message: string, options?: ErrorOptions & { line?: number }) {
    super(options?.line ? `${file}:${options.line}: ${message}` : `${file}: ${message}`, options)
    this.file = file
    this.line = options?.line
  }
}

/** The memory of containment is not whole: an entry was changed, removed, put in, or is cut off. Nothing goes on on top of it. */
export class LedgerDamaged extends Error {
  override name = 'LedgerDamaged'
}

/** The text of anything thrown, for messages. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
