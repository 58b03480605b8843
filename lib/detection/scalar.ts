/**
 * The text of a scalar, empty for anything else. `String` of an object from a log may throw: the object may bring its own
 * `toString`.
 */
export const scalarText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
