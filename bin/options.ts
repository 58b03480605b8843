import { InvalidArgumentError, Option } from 'commander'
import { LEVELS } from '../lib/finding.ts'

/** An option that may be given several times, and takes several values at once. */
export const many = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value]

/** One of Sigma's levels. */
export const levelOption = (flags: string, description: string): Option =>
  new Option(flags, description).choices([...LEVELS])

/** `--format`, the first being the default. */
export const formatOption = (...formats: readonly string[]): Option =>
  new Option('--format <format>', 'how results are printed').choices([...formats]).default(formats[0])

/** A moment, UTC: `2026-10-14`, `2026-10-14T13:00Z`, `2026-10-14T13:00:00Z`. Answers UTC ISO without fraction. */
export const parseTime = (value: string): string => {
  const shape = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(value.slice(10))
    ? value
    : value.length > 10
      ? `${value}Z`
      : value
  const time = new Date(zoned.replace(' ', 'T'))
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value.slice(0, 10))
  if (!shape.test(value) || !exists || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('expected a UTC time such as 2026-10-14 or 2026-10-14T13:00:00Z.')
  }
  return `${time.toISOString().slice(0, 19)}Z`
}

/** `--config` */
export const configOption = (): Option =>
  new Option('--config <file>', 'known accounts, suppressions, rules on trial and packs: a trailwarden.yml')
