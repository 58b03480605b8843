import * as z from 'zod/mini'
import { UsageError } from '../errors.ts'
import { LEVELS } from '../finding.ts'

const PREFIX = 'TRAILWARDEN_'

const name = z.string().check(z.minLength(1))
const bucket = z.string().check(z.minLength(3))
const list = z.pipe(
  z._default(z.string(), ''),
  z.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
)

const SETTINGS = {
  /** Bucket that CloudTrail delivers to. */
  logBucket: bucket,
  /** Key prefix before AWSLogs/, with its last slash. */
  logPrefix: z._default(z.string(), ''),
  /** ARN of the trail that is ours to ask about; empty when there is none. */
  trailArn: z._default(z.string(), ''),
  /** Days of log files that a sweep holds against the digests; fewer than what is remembered of a chain. */
  sweepDays: z._default(z.coerce.number().check(z.minimum(1), z.maximum(10)), 3),
  /** Days before today that are compacted, or looked at again, every night. */
  compactDays: z._default(z.coerce.number().check(z.minimum(1), z.maximum(31)), 3),
  /** Bucket of our own: findings, plans, Parquet, query results. */
  lakeBucket: bucket,
  database: name,
  workgroup: name,
  /** Name or ARN of the event bus of findings. */
  findingBus: name,
  /** ARN of the topic people read. */
  topic: z.string().check(z.startsWith('arn:')),
  /** Findings at this level and above are sent to people. */
  notifyLevel: z._default(z.enum(LEVELS), 'high'),
  /** Findings below this level are counted and not sent. */
  minLevel: z._default(z.enum(LEVELS), 'low'),
  /** How far containment goes. */
  mode: z._default(z.enum(['observe', 'approve', 'enforce']), 'observe'),
  /** Who answers for what is contained. */
  owner: z._default(z.string(), ''),
  /** The account that is contained, 12 digits. */
  accountId: name,
  /** Full ARNs of principals that get the owner back in. */
  breakGlass: list,
  /** Globs over the ARNs of our own roles. */
  ownPrincipals: list,
  /** Names of our own rules and functions begin so. */
  ownPrefix: name,
  /** ARN of the key that encrypts the lake. */
  keyArn: z._default(z.string(), ''),
  /** Table of the containment ledger. */
  ledgerTable: name,
  /** Name of the function that carries out what was approved. */
  wideFunction: name,
  /** Query packs that the schedule runs, by folder name. */
  packs: list,
  /** Hours before its watermark that a scheduled query asks about again. */
  packHours: z._default(z.coerce.number().check(z.minimum(1), z.maximum(8760)), 24),
  /** Bytes that one query may read. */
  scanLimitBytes: z._default(z.coerce.number().check(z.minimum(10_000_000)), 107_374_182_400),
  /** Table of what correlations remember. */
  memoryTable: name,
  /** Do List, Get and Describe calls reach the fast lane? */
  readOnlyEvents: z._default(z.enum(['true', 'false']), 'false'),
  /** Accounts of the owner's own, 12 digits: sharing with them is no finding. */
  knownAccounts: list,
  /** Globs over ARNs and unique ids that are never contained. */
  protectedPrincipals: list,
} as const

type Shape = typeof SETTINGS
export type SettingName = keyof Shape
export type Settings<K extends SettingName> = { readonly [N in K]: z.output<Shape[N]> }

/**
 * The settings a function names, from its environment, frozen. Throws one `UsageError` that lists every setting that is
 * missing or wrong, with what was expected and found, and every `TRAILWARDEN_` variable that is no setting at all.
 */
export const settingsOf = <K extends SettingName>(
  names: readonly K[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings<K> => {
  const known = new Set(Object.keys(SETTINGS).map((setting) => variableOf(setting)))
  const problems = Object.keys(environment)
    .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable))
    .map((variable) => `${variable}: is no setting; there are ${[...known].join(', ')}`)
  const values: [string, unknown][] = []
  for (const setting of names) {
    const found = environment[variableOf(setting)]
    const read = z.safeParse(SETTINGS[setting], found)
    if (read.success) values.push([setting, read.data])
    else
      problems.push(
        `${variableOf(setting)}: ${expectation(read.error)}, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`,
      )
  }
  if (problems.length > 0) throw new UsageError(`settings:\n  ${problems.join('\n  ')}`)
  return Object.freeze(Object.fromEntries(values)) as Settings<K>
}

/** `logBucket` -> `TRAILWARDEN_LOG_BUCKET`. */
const variableOf = (setting: string): string =>
  PREFIX + setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

const expectation = (error: z.core.$ZodError): string => {
  const [issue] = error.issues
  switch (issue?.code) {
    case 'invalid_value':
      return `expected one of ${issue.values.join(', ')}`
    case 'too_small':
      return `expected at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'too_big':
      return `expected at most ${issue.maximum}`
    case 'invalid_type':
      return `expected ${issue.expected === 'string' ? 'text' : 'a number'}`
    case 'invalid_format':
      return `expected text that starts with "${(issue as { prefix?: string }).prefix}"`
    default:
      return 'expected text'
  }
}
