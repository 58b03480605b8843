import type { ApiCall, Json } from '../../action.ts'
import { at, type CloudTrailEvent } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import type { TrailSnapshot } from '../own-snapshots.ts'

/** A trail's settings, as they are read, as they are written, and what makes a change a weakening. */

/** Field of GetTrail's answer, field of CreateTrail and UpdateTrail, and what takes a text away in UpdateTrail. */
const FIELDS: readonly (readonly [read: string, write: string, kind: 'text' | 'flag'])[] = [
  ['S3BucketName', 'S3BucketName', 'text'],
  ['S3KeyPrefix', 'S3KeyPrefix', 'text'],
  ['SnsTopicARN', 'SnsTopicName', 'text'],
  ['IncludeGlobalServiceEvents', 'IncludeGlobalServiceEvents', 'flag'],
  ['IsMultiRegionTrail', 'IsMultiRegionTrail', 'flag'],
  ['LogFileValidationEnabled', 'EnableLogFileValidation', 'flag'],
  ['CloudWatchLogsLogGroupArn', 'CloudWatchLogsLogGroupArn', 'text'],
  ['CloudWatchLogsRoleArn', 'CloudWatchLogsRoleArn', 'text'],
  ['KmsKeyId', 'KmsKeyId', 'text'],
  ['IsOrganizationTrail', 'IsOrganizationTrail', 'flag'],
]

/** Settings a trail must have for a snapshot to be worth anything. */
const isSettings = (trail: TrailSnapshot['trail']): trail is NonNullable<TrailSnapshot['trail']> =>
  trail !== undefined &&
  isJson(trail) &&
  typeof trail['S3BucketName'] === 'string' &&
  FIELDS.every(([read, , kind]) => {
    const value = trail[read]
    return value === undefined || typeof value === (kind === 'text' ? 'string' : 'boolean')
  })

/** The settings of a snapshot, or `undefined` when they are not there or not whole. */
export const settingsOf = (snapshot: TrailSnapshot | undefined) =>
  isSettings(snapshot?.trail) ? snapshot.trail : undefined

/** Input of CreateTrail; texts there were none of are left out. */
export const createInput = (trail: { readonly [name: string]: Json }): ApiCall['input'] =>
  Object.fromEntries(
    FIELDS.flatMap(([read, write]) => (trail[read] === undefined ? [] : [[write, trail[read]]])),
  )

/** Input of UpdateTrail; an empty text takes away what is there now. */
export const updateInput = (trail: { readonly [name: string]: Json }): ApiCall['input'] =>
  Object.fromEntries(
    FIELDS.flatMap(([read, write, kind]) => {
      const value = trail[read] ?? (kind === 'text' ? '' : undefined)
      return value === undefined ? [] : [[write, value]]
    }),
  )

/** The same, of answer `snapshot`, before it has been read. */
export const updateInputFrom = (snapshot: number): ApiCall['input'] =>
  Object.fromEntries(
    FIELDS.map(([read, write, kind]) => [
      write,
      { $from: { snapshot, query: kind === 'text' ? `Trail.${read} || ''` : `Trail.${read}` } },
    ]),
  )

/** JMESPath of the settings in GetTrail's answer, and what it must give. */
export const settingsQuery = (trail: { readonly [name: string]: Json }): readonly [string, Json] => [
  `Trail.[${FIELDS.map(([read]) => read).join(', ')}]`,
  FIELDS.map(([read]) => trail[read] ?? null),
]

/** What UpdateTrail took away, as words for people. Empty: nothing that weakens. */
export const weakenings = (
  before: { readonly [name: string]: Json },
  event: CloudTrailEvent,
): readonly string[] =>
  FIELDS.flatMap(([read, write, kind]) => {
    const after = changed(event, read, write)
    if (after === undefined) return []
    const was = before[read]
    if (kind === 'flag') return was === true && after === false ? [`${read} is off`] : []
    return typeof was === 'string' && was !== '' && after !== was ? [`${read} is another or gone`] : []
  })

/** A field after the change: as the request set it, else as the response shows it; `undefined` when it was not touched. */
const changed = (event: CloudTrailEvent, read: string, write: string): unknown => {
  const asked = at(event.requestParameters, camel(write))
  if (asked === undefined) return undefined
  return at(event.responseElements, camel(read)) ?? asked
}

const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
