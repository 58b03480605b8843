import type { ApiCall } from '../../action.ts'
import { at } from '../../trail/event.ts'
import { type Builder, drafted, eventTarget, onObject } from '../draft.ts'
import { shaped } from '../ids.ts'
import { check, when } from './checks.ts'

/**
 * Takes the public address of a database away that an event made public.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
 */
export const makeDatabasePrivate: Builder = (context) => {
  const { event } = context
  if (!['ModifyDBInstance', 'CreateDBInstance'].includes(String(event.eventName))) return undefined
  if (at(event.requestParameters, 'publiclyAccessible') !== true) return undefined
  return onObject(context, 'Make a database private', ({ partition, accountId, region }, refuse) => {
    const id = shaped(
      'database instance id',
      at(event.requestParameters, 'dBInstanceIdentifier'),
      'requestParameters.dBInstanceIdentifier',
    )
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    const resource = shaped(
      'database resource id',
      at(event.responseElements, 'dbiResourceId'),
      'responseElements.dbiResourceId',
    )
    if ('reason' in resource) return refuse(id.value, resource.reason)
    const call = (operation: string, more: ApiCall['input'] = {}): ApiCall => ({
      service: 'rds',
      operation,
      input: { DBInstanceIdentifier: id.value, ...more },
      region,
    })
    const set = (PubliclyAccessible: boolean) =>
      call('ModifyDBInstance', { PubliclyAccessible, ApplyImmediately: true })
    const describe = call('DescribeDBInstances')
    return drafted(context, partition, resource.value, {
      type: 'make-database-private',
      tier: 2,
      title: `Make database ${id.value} in ${region} private`,
      target: {
        kind: 'database',
        id: resource.value,
        name: id.value,
        arn: `arn:${partition}:rds:${region}:${accountId}:db:${id.value}`,
        accountId,
        region,
      },
      blastRadius: `Everybody who reaches database ${id.value} by its public address: its name resolves to the private one.`,
      snapshot: [describe],
      calls: [set(false)],
      permissions: ['rds:DescribeDBInstances', 'rds:ModifyDBInstance'],
      reversibility: 'exact',
      undo: [when(set(true), 0, 'DBInstances[0].PubliclyAccessible')],
      undoNote: 'Only when the owner says that the database is meant to be public.',
      pins: [check(describe, 'DBInstances[0].DbiResourceId', resource.value)],
      done: [check(describe, 'DBInstances[0].PubliclyAccessible', false)],
      verify: ['DescribeDBInstances shows PubliclyAccessible false, some minutes after the call.'],
      limits: [
        'ApplyImmediately applies other changes that wait for the maintenance window as well: look at PendingModifiedValues first.',
        'What was read meanwhile cannot be recalled: change the passwords of the database.',
        'Security groups stay as they are: close the port too.',
      ],
      nodes: [],
    })
  })
}
