import type { ApiCall, Json } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { TrailSnapshot } from '../own-snapshots.ts'
import { check, when, whenError } from './checks.ts'
import { selectorsFrom } from './selectors.ts'
import {
  createInput,
  settingsOf,
  settingsQuery,
  updateInput,
  updateInputFrom,
  weakenings,
} from './trail-config.ts'
import { cloudtrailCalls, namedTrail, type TrailRef, trailOf, trailTarget } from './trail-ref.ts'

/**
 * Starts a trail that was stopped.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
 */
export const restartLogging: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'StopLogging') return undefined
  return onObject(context, 'Restart logging', (scope, refuse) => {
    const trail = trailOf(at(event.requestParameters, 'name'), scope)
    return 'reason' in trail ? refuse(eventTarget(event), trail.reason) : startLogging(context, trail.value)
  })
}

const startLogging = (context: Context, trail: TrailRef) => {
  const cloudtrail = cloudtrailCalls(trail)
  const status = cloudtrail('GetTrailStatus', { Name: trail.arn })
  return drafted(context, trail.partition, trail.arn, {
    type: 'restart-logging',
    tier: 0,
    title: `Restart logging of trail ${trail.name} in ${trail.region}`,
    target: trailTarget(trail),
    blastRadius: 'Nobody. The trail delivers events again, at its usual cost.',
    snapshot: [status, cloudtrail('GetTrail', { Name: trail.arn })],
    calls: [cloudtrail('StartLogging', { Name: trail.arn })],
    permissions: [
      'cloudtrail:GetTrailStatus',
      'cloudtrail:GetTrail',
      'cloudtrail:StartLogging',
      'cloudtrail:StopLogging',
    ],
    reversibility: 'exact',
    undo: [cloudtrail('StopLogging', { Name: trail.arn })],
    undoNote: 'Only when the owner says that the trail was stopped on purpose. Never automatic.',
    done: [check(status, 'IsLogging', true)],
    verify: [
      'GetTrailStatus shows IsLogging true and an empty LatestDeliveryError.',
      'A new log file arrives within 15 min.',
    ],
    limits: [
      'What happened while logging was off is in no log file; LookupEvents keeps management events for 90 days.',
      'A changed bucket policy or a disabled KMS key lets logging start and still deliver nothing.',
      'An organization trail is started from the management account only.',
      'The actor can stop it again: contain the actor as well.',
    ],
    nodes: [],
  })
}

/**
 * Makes a deleted trail again from our own snapshot: same name, bucket, key and selectors. The chain of digests starts anew.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
export const recreateTrail: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'DeleteTrail') return undefined
  return onObject(context, 'Make a deleted trail again', (scope, refuse) => {
    const trail = trailOf(at(event.requestParameters, 'name'), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    const snapshot = context.ownSnapshots.trails?.get(trail.value.arn)
    if (!snapshot || !settingsOf(snapshot)) {
      return refuse(
        trail.value.arn,
        'the trail is deleted: making it again needs a copy of its configuration, and none is stored',
      )
    }
    return recreate(context, trail.value, snapshot)
  })
}

const recreate = (context: Context, trail: TrailRef, snapshot: TrailSnapshot) => {
  const cloudtrail = cloudtrailCalls(trail)
  const settings = settingsOf(snapshot)!
  const get = cloudtrail('GetTrail', { Name: trail.arn })
  const [query, equals] = settingsQuery(settings)
  return drafted(context, trail.partition, trail.arn, {
    type: 'recreate-trail',
    tier: 2,
    title: `Make the deleted trail ${trail.name} in ${trail.region} again`,
    target: trailTarget(trail),
    blastRadius: 'Nobody. The trail delivers events again, at its usual cost.',
    snapshot: [get],
    calls: [
      whenError(
        cloudtrail('CreateTrail', { Name: trail.name, ...createInput(settings), ...tagsOf(snapshot) }),
        0,
        'TrailNotFoundException',
      ),
      ...selectorCalls(cloudtrail, trail, snapshot),
      cloudtrail('StartLogging', { Name: trail.arn }),
    ],
    permissions: [
      'cloudtrail:GetTrail',
      'cloudtrail:GetTrailStatus',
      'cloudtrail:CreateTrail',
      'cloudtrail:AddTags',
      'cloudtrail:PutEventSelectors',
      'cloudtrail:PutInsightSelectors',
      'cloudtrail:StartLogging',
      'cloudtrail:StopLogging',
      'iam:PassRole',
    ],
    reversibility: 'partly',
    undo: [cloudtrail('StopLogging', { Name: trail.arn })],
    undoNote: 'Stops the trail. No plan deletes a trail: do it by hand when its deletion was meant.',
    done: [
      check(get, query, equals),
      check(cloudtrail('GetTrailStatus', { Name: trail.arn }), 'IsLogging', true),
    ],
    verify: [
      'GetTrail equals the snapshot; GetTrailStatus shows IsLogging true and an empty LatestDeliveryError.',
      'A new log file arrives within 15 min, a new digest file within 2 h.',
    ],
    limits: [
      'The chain of digests starts anew: validation shows the gap, and it is one.',
      'What happened while there was no trail is in no log file; LookupEvents keeps management events for 90 days.',
      'The bucket policy and the KMS key must still let CloudTrail in.',
    ],
    nodes: [],
  })
}

/** Tags of AWS's own (`aws:...`) cannot be set by anybody else. */
const tagsOf = ({ tags = [] }: TrailSnapshot): ApiCall['input'] => {
  const ours = tags.filter((tag) => !String(at(tag, 'Key')).startsWith('aws:'))
  return ours.length > 0 && isJson(ours) ? { TagsList: ours as Json } : {}
}

const selectorCalls = (
  cloudtrail: ReturnType<typeof cloudtrailCalls>,
  { arn }: TrailRef,
  snapshot: TrailSnapshot,
): readonly ApiCall[] => {
  const selectors = selectorsFrom(snapshot)
  const insights = snapshot.insightSelectors
  return [
    ...(selectors ? [cloudtrail('PutEventSelectors', { TrailName: arn, ...selectors })] : []),
    ...(insights && insights.length > 0 && isJson(insights)
      ? [cloudtrail('PutInsightSelectors', { TrailName: arn, InsightSelectors: insights })]
      : []),
  ]
}

/**
 * Puts a trail's settings back that UpdateTrail weakened: Regions, validation, bucket, key, delivery to CloudWatch Logs.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
 */
export const restoreTrail: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'UpdateTrail') return undefined
  return onObject(context, 'Restore a trail', (scope, refuse) => {
    const trail = trailOf(namedTrail(event), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    const settings = settingsOf(context.ownSnapshots.trails?.get(trail.value.arn))
    if (!settings)
      return refuse(trail.value.arn, 'no snapshot of its settings from before the change: compare it by hand')
    const weakened = weakenings(settings, event)
    return weakened.length === 0
      ? refuse(trail.value.arn, 'against the snapshot the change weakens nothing: compare it by hand')
      : updateTrail(context, trail.value, settings, weakened)
  })
}

const updateTrail = (
  context: Context,
  trail: TrailRef,
  settings: { readonly [name: string]: Json },
  weakened: readonly string[],
) => {
  const cloudtrail = cloudtrailCalls(trail)
  const get = cloudtrail('GetTrail', { Name: trail.arn })
  const [query, equals] = settingsQuery(settings)
  return drafted(context, trail.partition, trail.arn, {
    type: 'restore-trail',
    tier: 0,
    title: `Restore the settings of trail ${trail.name} in ${trail.region}`,
    target: trailTarget(trail),
    blastRadius: `Nobody. What was weakened is as the snapshot says: ${weakened.join(', ')}.`,
    snapshot: [get],
    calls: [cloudtrail('UpdateTrail', { Name: trail.arn, ...updateInput(settings) })],
    permissions: ['cloudtrail:GetTrail', 'cloudtrail:UpdateTrail', 'iam:PassRole'],
    reversibility: 'exact',
    undo: [when(cloudtrail('UpdateTrail', { Name: trail.arn, ...updateInputFrom(0) }), 0, 'Trail != `null`')],
    undoNote: 'Puts back what GetTrail answered before. Only when the change was meant.',
    done: [check(get, query, equals)],
    verify: ['GetTrail equals the snapshot; GetTrailStatus shows an empty LatestDeliveryError.'],
    limits: [
      'Log files that went to another bucket meanwhile are there: fetch them.',
      'A deployment tool may have made the change on purpose and will make it again.',
    ],
    nodes: [],
  })
}
