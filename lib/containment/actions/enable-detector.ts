import type { ApiCall } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { shaped } from '../ids.ts'
import { check, when } from './checks.ts'

const BY_HAND = [
  'DisassociateMembers',
  'DeleteMembers',
  'StopMonitoringMembers',
  'DisassociateFromMasterAccount',
  'DisassociateFromAdministratorAccount',
  'DeletePublishingDestination',
]

/**
 * Switches a GuardDuty detector on again, or makes a new one when it was deleted.
 * https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
 */
export const enableDetector: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  if (!['UpdateDetector', 'DeleteDetector', ...BY_HAND].includes(name)) return undefined
  if (event.eventSource !== 'guardduty.amazonaws.com') return undefined
  return onObject(context, 'Enable GuardDuty', (scope, refuse) => {
    const id = shaped(
      'detector id',
      at(event.requestParameters, 'detectorId'),
      'requestParameters.detectorId',
    )
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    if (BY_HAND.includes(name)) {
      return refuse(id.value, `${name}: membership is restored from the administrator account, by hand`)
    }
    if (name === 'DeleteDetector') return recreate(context, scope, id.value)
    return at(event.requestParameters, 'enable') === false
      ? enable(context, scope, id.value)
      : refuse(id.value, 'the event does not disable the detector: compare its settings by hand')
  })
}

const guardduty = (region: string, operation: string, input: ApiCall['input']): ApiCall => ({
  service: 'guardduty',
  operation,
  input,
  region,
})

const targetOf = ({ partition, accountId, region }: Scope, id: string) => ({
  kind: 'detector',
  id,
  arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/${id}`,
  accountId,
  region,
})

const enable = (context: Context, scope: Scope, DetectorId: string) =>
  drafted(context, scope.partition, `${scope.region}/${DetectorId}`, {
    type: 'enable-detector',
    tier: 2,
    title: `Enable GuardDuty detector ${DetectorId} in ${scope.region}`,
    target: targetOf(scope, DetectorId),
    blastRadius: 'Nobody. GuardDuty watches again, at its usual cost.',
    snapshot: [guardduty(scope.region, 'GetDetector', { DetectorId })],
    calls: [guardduty(scope.region, 'UpdateDetector', { DetectorId, Enable: true })],
    permissions: ['guardduty:GetDetector', 'guardduty:UpdateDetector'],
    reversibility: 'exact',
    undo: [
      when(guardduty(scope.region, 'UpdateDetector', { DetectorId, Enable: false }), 0, 'Status', 'DISABLED'),
    ],
    undoNote: 'Only when the owner says that the detector was disabled on purpose.',
    done: [check(guardduty(scope.region, 'GetDetector', { DetectorId }), 'Status', 'ENABLED')],
    verify: ['GetDetector shows Status ENABLED.'],
    limits: [
      'What happened while it was disabled produced no findings.',
      'Filters that archive findings stay: look at ListFilters.',
    ],
    nodes: [],
  })

const recreate = (context: Context, scope: Scope, deleted: string) =>
  drafted(context, scope.partition, `${scope.region}/${deleted}`, {
    type: 'enable-detector',
    tier: 2,
    title: `Create a GuardDuty detector in ${scope.region} for the deleted ${deleted}`,
    target: targetOf(scope, deleted),
    blastRadius: 'Nobody. GuardDuty watches again, at its usual cost, under a new detector id.',
    snapshot: [guardduty(scope.region, 'ListDetectors', {})],
    calls: [
      when(guardduty(scope.region, 'CreateDetector', { Enable: true }), 0, 'length(DetectorIds || `[]`)', 0),
    ],
    permissions: ['guardduty:ListDetectors', 'guardduty:CreateDetector', 'guardduty:GetDetector'],
    reversibility: 'partly',
    undo: [],
    undoNote: 'Delete the new detector by the id that CreateDetector answers. The plan cannot know it.',
    done: [check(guardduty(scope.region, 'ListDetectors', {}), 'length(DetectorIds || `[]`)', 1)],
    verify: ['ListDetectors shows one detector; GetDetector shows Status ENABLED.'],
    limits: [
      'The deleted detector, its findings, filters, lists and members are gone: set them up again.',
      'A Region has one detector: when ListDetectors shows one, there is nothing to do.',
      'The organization may create one by itself: look at the administrator account first.',
    ],
    nodes: [],
  })
