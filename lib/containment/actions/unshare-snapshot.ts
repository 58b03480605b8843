import type { ApiCall, Json } from '../../action.ts'
import { at, isObject } from '../../trail/event.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, isShaped, type Shape, shaped } from '../ids.ts'
import { check, each, ofItem } from './checks.ts'

/** How one kind of share is named in the event, and set in the API. */
interface Share {
  readonly kind: string
  readonly service: 'ec2' | 'rds'
  readonly describe: string
  readonly shape: Shape
  /** Field of requestParameters, and of the API. */
  readonly idField: string
  readonly apiField: string
  readonly attribute: string
  /** Who it is shared with, in the answer of `describe`. */
  readonly shared: string
  readonly gone: string
  /** EC2: field of requestParameters and of the API that holds who was added. */
  readonly grant?: { readonly field: string; readonly apiField: string }
}

const EBS: Share = {
  kind: 'ebs-snapshot',
  service: 'ec2',
  describe: 'DescribeSnapshotAttribute',
  shape: 'snapshot id',
  idField: 'snapshotId',
  apiField: 'SnapshotId',
  attribute: 'createVolumePermission',
  shared: 'CreateVolumePermissions[]',
  gone: 'InvalidSnapshot.NotFound',
  grant: { field: 'createVolumePermission', apiField: 'CreateVolumePermission' },
}

const AMI: Share = {
  kind: 'image',
  service: 'ec2',
  describe: 'DescribeImageAttribute',
  shape: 'image id',
  idField: 'imageId',
  apiField: 'ImageId',
  attribute: 'launchPermission',
  shared: 'LaunchPermissions[]',
  gone: 'InvalidAMIID.NotFound',
  grant: { field: 'launchPermission', apiField: 'LaunchPermission' },
}

const RDS: Share = {
  kind: 'db-snapshot',
  service: 'rds',
  describe: 'DescribeDBSnapshotAttributes',
  shape: 'database snapshot id',
  idField: 'dBSnapshotIdentifier',
  apiField: 'DBSnapshotIdentifier',
  attribute: 'restore',
  shared: "DBSnapshotAttributesResult.DBSnapshotAttributes[?AttributeName=='restore'].AttributeValues[]",
  gone: 'DBSnapshotNotFound',
}

const SHARES: Readonly<Record<string, Share>> = {
  ModifySnapshotAttribute: EBS,
  ModifyImageAttribute: AMI,
  ModifyDBSnapshotAttribute: RDS,
  ModifyDBClusterSnapshotAttribute: {
    ...RDS,
    kind: 'db-cluster-snapshot',
    describe: 'DescribeDBClusterSnapshotAttributes',
    shared:
      "DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes[?AttributeName=='restore'].AttributeValues[]",
    gone: 'DBClusterSnapshotNotFoundFault',
    idField: 'dBClusterSnapshotIdentifier',
    apiField: 'DBClusterSnapshotIdentifier',
  },
}

/**
 * Takes back exactly the sharing one event added: EBS snapshots, images, RDS snapshots and cluster snapshots.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
 */
export const unshareSnapshot: Builder = (context) => {
  const { event } = context
  const operation = String(event.eventName)
  const share = Object.hasOwn(SHARES, operation) ? SHARES[operation] : undefined
  if (!share) return undefined
  return onObject(context, 'Take back sharing', (scope, refuse) => {
    const id = shaped(
      share.shape,
      at(event.requestParameters, share.idField),
      `requestParameters.${share.idField}`,
    )
    if ('reason' in id) return refuse(eventTarget(event), id.reason)
    const added = addedTo(event.requestParameters, share)
    if ('reason' in added) return refuse(id.value, added.reason)
    return unshare(context, scope, share, operation, id.value, added.value)
  })
}

/** Who was added, in the API's spelling, sorted. */
const addedTo = (request: unknown, share: Share): Checked<readonly Json[]> => {
  const listed = share.grant ? at(request, share.grant.field, 'add', 'items') : at(request, 'valuesToAdd')
  if (!Array.isArray(listed) || listed.length === 0)
    return { reason: 'the event added nobody: there is nothing to take back' }
  if (!share.grant && at(request, 'attributeName') !== share.attribute) {
    return { reason: `requestParameters.attributeName: expected ${share.attribute}` }
  }
  const added = listed.map(share.grant ? granteeOf : restorerOf)
  if (added.includes(undefined)) {
    return { reason: 'the event names somebody who is neither an account, an organization nor everyone' }
  }
  const sorted = (added as Json[]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { value: sorted }
}

const ORGANIZATION = /^arn:aws(?:-cn|-us-gov)?:organizations::\d{12}:(?:organization|ou)\/[a-z0-9/-]{3,100}$/

const granteeOf = (item: unknown): Json | undefined => {
  if (!isObject(item)) return undefined
  if (isShaped('account id', item['userId'])) return { UserId: item['userId'] }
  if (item['group'] === 'all') return { Group: 'all' }
  for (const [field, apiField] of [
    ['organizationArn', 'OrganizationArn'],
    ['organizationalUnitArn', 'OrganizationalUnitArn'],
  ] as const) {
    const arn = item[field]
    if (typeof arn === 'string' && ORGANIZATION.test(arn)) return { [apiField]: arn }
  }
  return undefined
}

/** JMESPath that finds this grantee. */
const isGrantee = (one: Json): string => {
  if (typeof one === 'string') return `@=='${one}'`
  const [field, value] = Object.entries(one as { readonly [name: string]: string })[0]!
  return `${field}=='${value}'`
}

const restorerOf = (value: unknown): Json | undefined =>
  value === 'all' || isShaped('account id', value) ? value : undefined

const unshare = (
  context: Context,
  { partition, accountId, region }: Scope,
  share: Share,
  operation: string,
  id: string,
  added: readonly Json[],
) => {
  const call = (name: string, more: ApiCall['input'] = {}): ApiCall => ({
    service: share.service,
    operation: name,
    input: { [share.apiField]: id, ...more },
    region,
  })
  const change = (way: 'Add' | 'Remove', whom: readonly Json[]): ApiCall =>
    share.grant
      ? call(operation, { Attribute: share.attribute, [share.grant.apiField]: { [way]: whom } })
      : call(operation, { AttributeName: share.attribute, [`ValuesTo${way}`]: whom })
  const describe = call(share.describe, share.grant ? { Attribute: share.attribute } : {})
  const present = `${share.shared} | [?${added.map(isGrantee).join(' || ')}]`
  const whom = added
    .map((one) => (typeof one === 'string' ? one : Object.values(one as object)[0]))
    .join(', ')
  return drafted(context, partition, `${id}#${JSON.stringify(added)}`, {
    type: 'unshare-snapshot',
    tier: 2,
    title: `Stop sharing ${id} with ${whom}`,
    target: { kind: share.kind, id, accountId, region },
    blastRadius: `${whom}: no new copies or restores of ${id}. Others it is shared with keep it.`,
    snapshot: [describe],
    calls: [change('Remove', added)],
    permissions: [`${share.service}:${share.describe}`, `${share.service}:${operation}`],
    reversibility: 'exact',
    undo: [each(change('Add', [ofItem('@')]), 0, present)],
    done: [check(describe, `length(${present} || \`[]\`)`, 0, share.gone)],
    undoNote: 'Only when the owner says that the sharing was meant, and it was not there before the event.',
    verify: [`${share.describe} no longer shows ${whom}.`],
    limits: [
      'Copies already made in the other account cannot be recalled: report the data as exposed.',
      'The actor can share it again: contain the actor as well.',
    ],
    nodes: [],
  })
}
