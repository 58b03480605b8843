/**
 * The one grammar of what lies in a CloudTrail bucket:
 * `[prefix/]AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE`. Anything else is named `other` and counted by its
 * caller, never guessed.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
export type LogKind =
  | 'CloudTrail'
  | 'CloudTrail-Insight'
  | 'CloudTrail-NetworkActivity'
  | 'CloudTrail-Aggregated'

interface Located {
  /** Key prefix before `AWSLogs/`, without the last `/`; empty when there is none. */
  readonly prefix: string
  /** Organization id, when the key carries one. */
  readonly organization: string | undefined
  readonly account: string
  /** Region of the delivery. Not always the `awsRegion` of the events inside. */
  readonly region: string
  /** YYYY/MM/DD of the delivery, UTC. Not always the day of the events inside. */
  readonly day: string
}

export type ObjectKey =
  | (Located & {
      readonly type: 'log'
      readonly kind: LogKind
      /** Time in the file name, a multiple of five minutes, UTC ISO; `undefined` when the name is not CloudTrail's own. */
      readonly time: string | undefined
    })
  | (Located & {
      readonly type: 'digest'
      readonly trail: string
      readonly homeRegion: string
      /** digestEndTime, UTC ISO. */
      readonly time: string
      readonly backfill: boolean
    })
  | { readonly type: 'placeholder' }
  | { readonly type: 'other'; readonly why: OtherReason }

export type OtherReason =
  /** Not below an `AWSLogs/` folder. */
  | 'not-below-awslogs'
  /** Below `AWSLogs/`, of another service: Config, vpcflowlogs, elasticloadbalancing, ... */
  | 'other-service'
  /** Saved CloudTrail Lake query results. */
  | 'lake-query-result'
  /** In a CloudTrail folder, but not in the form CloudTrail writes. */
  | 'unknown-name'

const FOLDER =
  /^(?:(?<prefix>.+)\/)?AWSLogs\/(?:(?<org>o-[a-z0-9]{4,32})\/)?(?<account>\d{12})\/(?<kind>[A-Za-z-]+)\/(?<rest>.*)$/
const BELOW = /^(?<region>[a-z0-9-]+)\/(?<day>\d{4}\/\d{2}\/\d{2})\/(?<file>[^/]+)$/
const LOG_FILE =
  /^(?<account>\d{12})_(?<kind>CloudTrail(?:-[A-Za-z]+)?)_(?<region>[a-z0-9-]+)_(?<time>\d{8}T\d{4})Z_?(?<unique>[A-Za-z0-9]+)\.json(?:\.gz)?$/
const DIGEST_FILE =
  /^(?<account>\d{12})_CloudTrail-Digest_(?<region>[a-z0-9-]+)_(?<trail>.+)_(?<home>[a-z0-9-]+)_(?<time>\d{8}T\d{6})Z(?<backfill>_backfill)?\.json\.gz$/
const LOG_KINDS: ReadonlySet<string> = new Set([
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
])

/** Reads an object key. Total: every string has an answer. */
export const parseObjectKey = (key: string): ObjectKey => {
  if (key.endsWith('/') || key.endsWith('_$folder$')) return { type: 'placeholder' }
  const folder = FOLDER.exec(key)?.groups
  if (!folder) return other(/(^|\/)AWSLogs\//.test(key) ? 'other-service' : 'not-below-awslogs')
  const kind = folder['kind']!
  if (kind === 'CloudTrail-Lake') return other('lake-query-result')
  if (!LOG_KINDS.has(kind) && kind !== 'CloudTrail-Digest') return other('other-service')
  const below = BELOW.exec(folder['rest']!)?.groups
  if (!below || !isDay(below['day']!)) return other('unknown-name')
  const located: Located = {
    prefix: folder['prefix'] ?? '',
    organization: folder['org'],
    account: folder['account']!,
    region: below['region']!,
    day: below['day']!,
  }
  return kind === 'CloudTrail-Digest'
    ? digestKey(located, below['file']!)
    : logKey(located, kind as LogKind, below['file']!)
}

const logKey = (located: Located, kind: LogKind, file: string): ObjectKey => {
  if (!/\.json(\.gz)?$/.test(file)) return other('unknown-name')
  const name = LOG_FILE.exec(file)?.groups
  const own = name && name['account'] === located.account && name['region'] === located.region
  return { type: 'log', ...located, kind, time: own ? isoOf(name['time']!) : undefined }
}

const digestKey = (located: Located, file: string): ObjectKey => {
  const name = DIGEST_FILE.exec(file)?.groups
  const time = name && isoOf(name['time']!)
  if (!time || name['account'] !== located.account || name['region'] !== located.region)
    return other('unknown-name')
  return {
    type: 'digest',
    ...located,
    trail: name['trail']!,
    homeRegion: name['home']!,
    time,
    backfill: name['backfill'] !== undefined,
  }
}

/** Parts from which CloudTrail makes a key; the inverse of `parseObjectKey`, for generators and prefixes. */
export const objectKeyOf = (
  parts: Exclude<ObjectKey, { type: 'placeholder' | 'other' }>,
  unique = '',
): string => {
  const folder = parts.type === 'digest' ? 'CloudTrail-Digest' : parts.kind
  const head = [parts.prefix, 'AWSLogs', parts.organization, parts.account, folder, parts.region, parts.day]
  const stamp = (parts.time ?? '').replaceAll(/[-:]/g, '')
  const file =
    parts.type === 'digest'
      ? `${parts.account}_CloudTrail-Digest_${parts.region}_${parts.trail}_${parts.homeRegion}_${stamp.slice(0, 15)}Z${parts.backfill ? '_backfill' : ''}.json.gz`
      : `${parts.account}_${parts.kind}_${parts.region}_${stamp.slice(0, 13)}Z_${unique}.json.gz`
  return [...head, file].filter(Boolean).join('/')
}

const other = (why: OtherReason): ObjectKey => ({ type: 'other', why })

/** `20261101T0055` or `20261101T005500` -> `2026-11-01T00:55:00Z`; `undefined` for a time that does not exist. */
const isoOf = (stamp: string): string | undefined => {
  const [, y, mo, d, h, mi, s = '00'] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?$/.exec(stamp) ?? []
  const iso = `${y}-${mo}-${d}T${h}:${mi}:${s}Z`
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) || at.toISOString() !== `${iso.slice(0, 19)}.000Z` ? undefined : iso
}

const isDay = (day: string): boolean => isoOf(`${day.replaceAll('/', '')}T0000`) !== undefined
