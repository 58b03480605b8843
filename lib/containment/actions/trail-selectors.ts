import type { Json } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { isJson } from '../canonical.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import { check, fromSnapshot, when, whenError } from './checks.ts'
import { covers, selectorsFrom } from './selectors.ts'
import { cloudtrailCalls, namedTrail, type TrailRef, trailOf, trailTarget } from './trail-ref.ts'

/**
 * Puts a trail's event selectors back. Needs a copy from before the change: an event says what they became, never what
 * they were. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 */
export const restoreEventSelectors: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'PutEventSelectors') return undefined
  return onObject(context, 'Restore event selectors', (scope, refuse) => {
    const trail = trailOf(namedTrail(event), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    const snapshot = context.ownSnapshots.trails?.get(trail.value.arn)
    const selectors = selectorsFrom(snapshot)
    if (!snapshot || !selectors) {
      return refuse(
        trail.value.arn,
        'no snapshot of its event selectors from before the change: an event does not say what they were',
      )
    }
    if (covers(event.requestParameters, snapshot)) {
      return refuse(
        trail.value.arn,
        'the new event selectors record everything the old ones did: nothing was weakened',
      )
    }
    return putSelectors(context, trail.value, selectors)
  })
}

const LIMITS = [
  'What the narrowed selectors left out meanwhile is in no log file.',
  'A deployment tool may have made the change on purpose and will make it again.',
]

const putSelectors = (
  context: Context,
  trail: TrailRef,
  selectors: NonNullable<ReturnType<typeof selectorsFrom>>,
) => {
  const cloudtrail = cloudtrailCalls(trail)
  const get = cloudtrail('GetEventSelectors', { TrailName: trail.arn })
  const [kind, list] = Object.entries(selectors)[0] as [string, readonly Json[]]
  const putBack = (field: string) =>
    when(
      cloudtrail('PutEventSelectors', { TrailName: trail.arn, [field]: fromSnapshot(0, field) }),
      0,
      `length(${field} || \`[]\`) > \`0\``,
    )
  return drafted(context, trail.partition, trail.arn, {
    type: 'restore-event-selectors',
    tier: 0,
    title: `Restore event selectors of trail ${trail.name} in ${trail.region}`,
    target: trailTarget(trail),
    blastRadius: 'Nobody. The trail records what it recorded when the snapshot was taken, at that cost.',
    snapshot: [get],
    calls: [cloudtrail('PutEventSelectors', { TrailName: trail.arn, ...selectors })],
    permissions: ['cloudtrail:GetEventSelectors', 'cloudtrail:PutEventSelectors'],
    reversibility: 'exact',
    undo: [putBack('EventSelectors'), putBack('AdvancedEventSelectors')],
    undoNote: 'Puts back what GetEventSelectors answered before. Only when the change was meant.',
    done: [check(get, kind, list)],
    verify: ['GetEventSelectors equals the snapshot.'],
    limits: LIMITS,
    nodes: [],
  })
}

/**
 * Puts a trail's Insights selectors back from our own snapshot.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
 */
export const restoreInsightSelectors: Builder = (context) => {
  const { event } = context
  if (event.eventName !== 'PutInsightSelectors') return undefined
  return onObject(context, 'Restore Insights selectors', (scope, refuse) => {
    const trail = trailOf(namedTrail(event), scope)
    if ('reason' in trail) return refuse(eventTarget(event), trail.reason)
    const saved = context.ownSnapshots.trails?.get(trail.value.arn)?.insightSelectors
    if (!saved || saved.length === 0 || !isJson(saved))
      return refuse(trail.value.arn, 'no snapshot of its Insights selectors from before the change')
    const kept = insightTypes(at(event.requestParameters, 'insightSelectors'), 'insightType')
    if (insightTypes(saved, 'InsightType').every((type) => kept.includes(type)))
      return refuse(trail.value.arn, 'every kind of Insights is still selected: nothing was weakened')
    return putInsights(context, trail.value, saved)
  })
}

const insightTypes = (list: unknown, field: string): readonly unknown[] =>
  Array.isArray(list) ? list.map((one) => at(one, field)) : []

const putInsights = (context: Context, trail: TrailRef, InsightSelectors: readonly Json[]) => {
  const cloudtrail = cloudtrailCalls(trail)
  const get = cloudtrail('GetInsightSelectors', { TrailName: trail.arn })
  return drafted(context, trail.partition, trail.arn, {
    type: 'restore-insight-selectors',
    tier: 0,
    title: `Restore Insights selectors of trail ${trail.name} in ${trail.region}`,
    target: trailTarget(trail),
    blastRadius: 'Nobody. The trail looks for unusual activity again, at its usual cost.',
    snapshot: [get],
    calls: [cloudtrail('PutInsightSelectors', { TrailName: trail.arn, InsightSelectors })],
    permissions: ['cloudtrail:GetInsightSelectors', 'cloudtrail:PutInsightSelectors'],
    reversibility: 'exact',
    undo: [
      when(
        cloudtrail('PutInsightSelectors', {
          TrailName: trail.arn,
          InsightSelectors: fromSnapshot(0, 'InsightSelectors'),
        }),
        0,
        'InsightSelectors != `null`',
      ),
      whenError(
        cloudtrail('PutInsightSelectors', { TrailName: trail.arn, InsightSelectors: [] }),
        0,
        'InsightNotEnabledException',
      ),
    ],
    undoNote: 'Puts back what GetInsightSelectors answered before. Only when the change was meant.',
    done: [
      check(
        get,
        'sort(InsightSelectors[].InsightType || `[]`)',
        insightTypes(InsightSelectors, 'InsightType').map(String).sort(),
      ),
    ],
    verify: ['GetInsightSelectors equals the snapshot.'],
    limits: LIMITS,
    nodes: [],
  })
}
