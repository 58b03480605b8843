import { setTimeout as sleep } from 'node:timers/promises'

/**
 * How often the SDK itself tries a call (standard mode: exponential back-off with full jitter). Glue, IAM and Athena
 * share their rates with everything else in the account, so a burst of deliveries is worth waiting out.
 */
export const SDK_RETRIES = { maxAttempts: 8, retryMode: 'standard' } as const

/** How often we try a call of our own. */
export const ATTEMPTS = SDK_RETRIES.maxAttempts

/** Waits before the next attempt: full jitter below a doubling ceiling of at most 8 s. `attempt` counts from 0. */
export const backOff = (attempt: number): Promise<void> =>
  sleep(Math.random() * Math.min(8000, 100 * 2 ** attempt))

/** The name by which AWS calls an error, or an empty string. */
export const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as { Code?: string }).Code ?? error.name) : ''

/** HTTP status of an SDK error, or 0. */
export const statusOf = (error: unknown): number =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode ?? 0

/** Splits a list in pieces of at most `size`. */
export const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
