import type { Partition } from '../ports.ts'
import { accountOf, type CloudTrailEvent, eventTimeOf } from '../trail/event.ts'
import type { LogKind, ObjectKey } from '../trail/object-key.ts'
import type { TableName } from './schema.ts'
import { timestampOf } from './time.ts'

/** Where an event is stored. Both are safe as a folder's name: a hostile record cannot choose a path. */
export interface EventPartition {
  /** Twelve digits, or `unknown`. */
  readonly account: string
  /** YYYY-MM-DD, UTC, or `unknown`. */
  readonly day: string
}

/** One account-day of one table. */
export interface TableDay extends EventPartition {
  readonly table: TableName
}

/**
 * The partition of an event: its own account and the UTC day of its own time, never those of the key it was delivered under
 * (that is the day of the delivery). A late event goes to its true day.
 */
export const partitionOf = (event: CloudTrailEvent): EventPartition => {
  const account = accountOf(event)
  const millis = timestampOf(eventTimeOf(event))
  return {
    account: account && /^\d{12}$/.test(account) ? account : 'unknown',
    day: millis === undefined ? 'unknown' : dayOf(Math.floor(millis / DAY)),
  }
}

const DAY = 86_400_000

/** YYYY-MM-DD of a day since the epoch; events come day by day. */
const dayOf = (day: number): string => {
  if (day !== lastDay) {
    lastDay = day
    lastName = new Date(day * DAY).toISOString().slice(0, 10)
  }
  return lastName
}
let lastDay = 0
let lastName = '1970-01-01'

/** Path of a partition in Hive's form: `account=111122223333/day=2026-11-01`. */
export const partitionPath = ({ account, day }: EventPartition): string => `account=${account}/day=${day}`

/**
 * The partition of the raw table that a delivered log file belongs to: account, Region and day of its key. Each kind of log
 * file (`key.kind`) has a table of its own; the location holds that kind only.
 */
export const rawPartitionOf = (key: Extract<ObjectKey, { type: 'log' }>, bucket: string): Partition => {
  const { prefix, organization, account, kind, region, day } = key
  const path = [prefix, 'AWSLogs', organization, account, kind, region, day].filter(Boolean).join('/')
  return { account, region, day, location: `s3://${bucket}/${path}/` }
}

/** The raw table of each kind of log file. */
export const RAW_TABLES = {
  CloudTrail: 'raw_events',
  'CloudTrail-Insight': 'raw_insights',
  'CloudTrail-NetworkActivity': 'raw_network_events',
  'CloudTrail-Aggregated': 'raw_aggregated_events',
} as const satisfies Readonly<Record<LogKind, string>>
