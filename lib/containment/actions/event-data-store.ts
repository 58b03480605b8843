import { at } from '../../trail/event.ts'
import { type Builder, drafted, eventTarget, onObject } from '../draft.ts'
import { isShaped, lastOf, parseArn } from '../ids.ts'
import { check, undoOf, when } from './checks.ts'
import { cloudtrailCalls } from './trail-ref.ts'

/**
 * Brings an event data store of CloudTrail Lake back that was deleted (within its 7 days), or starts one that was stopped.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RestoreEventDataStore.html
 */
export const restoreEventDataStore: Builder = (context) => {
  const { event } = context
  if (!['DeleteEventDataStore', 'StopEventDataStoreIngestion'].includes(String(event.eventName)))
    return undefined
  return onObject(context, 'Restore an event data store', ({ partition, accountId, region }, refuse) => {
    const named = at(event.requestParameters, 'eventDataStore')
    const arn = parseArn(named)
    const id = lastOf(arn ? arn.resource : String(named))
    if (!isShaped('UUID', id) || (arn && arn.resource !== `eventdatastore/${id}`))
      return refuse(
        eventTarget(event),
        'requestParameters.eventDataStore: expected the ARN or id of an event data store',
      )
    if (arn && (arn.accountId !== accountId || arn.region !== region))
      return refuse(id, `the event data store is not of account ${accountId} in ${region}`)
    const store = `arn:${partition}:cloudtrail:${region}:${accountId}:eventdatastore/${id}`
    const call = (operation: string) => cloudtrailCalls({ region })(operation, { EventDataStore: store })
    const get = call('GetEventDataStore')
    const stopped = "Status=='STOPPED_INGESTION' || Status=='STOPPING_INGESTION'"
    return drafted(context, partition, store, {
      type: 'restore-event-data-store',
      tier: 2,
      title: `Restore event data store ${id} in ${region}`,
      target: { kind: 'event-data-store', id: store, arn: store, accountId, region },
      blastRadius: 'Nobody. The store takes events again, at its usual cost.',
      snapshot: [get],
      calls: [
        when(call('RestoreEventDataStore'), 0, 'Status', 'PENDING_DELETION'),
        when(call('StartEventDataStoreIngestion'), 0, stopped),
      ],
      permissions: [
        'cloudtrail:GetEventDataStore',
        'cloudtrail:RestoreEventDataStore',
        'cloudtrail:StartEventDataStoreIngestion',
        'cloudtrail:StopEventDataStoreIngestion',
      ],
      reversibility: 'partly',
      undo: [undoOf(when(call('StopEventDataStoreIngestion'), 0, stopped), 1)],
      undoNote: 'Stops what was stopped before. No plan deletes a store: do it by hand when that was meant.',
      done: [check(get, 'Status', 'ENABLED')],
      verify: ['GetEventDataStore shows Status ENABLED.'],
      limits: [
        'A deleted store can be brought back for 7 days; then it is gone.',
        'Events of the time it took none are not in it.',
        'If a restored store is stopped, its ingestion is started by hand.',
      ],
      nodes: [],
    })
  })
}
