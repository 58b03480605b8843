import type { ApiCall } from '../../action.ts'
import { at, type CloudTrailEvent } from '../../trail/event.ts'
import {
  type Builder,
  type Context,
  drafted,
  eventTarget,
  idOf,
  inlinePolicyName,
  onObject,
} from '../draft.ts'
import { refusePrincipal, type Scope } from '../guard.ts'
import { type Checked, isShaped } from '../ids.ts'
import { instanceOf } from '../session.ts'
import { check, each, fromCall, fromSnapshot, ofItem, undoOf, when } from './checks.ts'

/** RunInstances starts many at once; more than these are work for a person. */
const MAX_INSTANCES = 20

/**
 * Gives every network interface of an instance one security group without a rule: nothing new comes in or goes out. The caller's instance,
 * or with `of: created` those an event started.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
 */
export const isolateInstance: Builder = (context) => {
  const { event } = context
  if (context.whom === 'created') {
    if (event.eventName !== 'RunInstances') return undefined
    return onObject(context, 'Isolate instances', (scope, refuse) => {
      const ids = startedInstances(event)
      return 'reason' in ids
        ? refuse(eventTarget(event), ids.reason)
        : unlessProtected(context, scope, ids.value)
    })
  }
  const found = callersInstance(context)
  return found && unlessProtected(context, found.scope, [found.id])
}

const unlessProtected = (context: Context, scope: Scope, ids: readonly string[]) => {
  const { partition, region, accountId } = scope
  const arns = ids.map((id) => `arn:${partition}:ec2:${region}:${accountId}:instance/${id}`)
  const reason = refusePrincipal([...ids, ...arns], context.protectedPrincipals)
  return reason === undefined
    ? isolate(context, scope, ids)
    : { title: 'Isolate instances', target: ids.join(', '), reason }
}

const startedInstances = ({ responseElements }: CloudTrailEvent): Checked<readonly string[]> => {
  const items = at(responseElements, 'instancesSet', 'items')
  const ids = Array.isArray(items) ? items.map((item) => at(item, 'instanceId')) : []
  if (ids.length === 0 || !ids.every((id) => isShaped('instance id', id)))
    return { reason: 'responseElements.instancesSet: expected ids like i-0123456789abcdef0' }
  if (ids.length > MAX_INSTANCES)
    return {
      reason: `${ids.length} instances were started, more than ${MAX_INSTANCES}: isolate them by hand`,
    }
  return { value: [...new Set(ids)].sort() }
}

/** The instance whose credentials signed, where the guard lets its role be contained. */
const callersInstance = ({
  actor,
  event,
}: Context): { readonly scope: Scope; readonly id: string } | undefined => {
  const instance = instanceOf(event)
  const region = instance?.region ?? event.awsRegion
  if (actor?.kind !== 'role' || !instance || !isShaped('Region', region)) return undefined
  return { id: instance.id, scope: { partition: actor.partition, accountId: actor.accountId, region } }
}

const ec2Calls =
  (region: string) =>
  (operation: string, input: ApiCall['input']): ApiCall => ({ service: 'ec2', operation, input, region })

const instanceTarget = ({ partition, accountId, region }: Scope, ids: readonly string[]) => ({
  kind: 'instance',
  id: ids.join(','),
  ...(ids.length === 1 && { arn: `arn:${partition}:ec2:${region}:${accountId}:instance/${ids[0]}` }),
  accountId,
  region,
})

const pinsOf = (region: string, ids: readonly string[]) => [
  check(
    ec2Calls(region)('DescribeInstances', { InstanceIds: ids }),
    'sort(Reservations[].Instances[].InstanceId || `[]`)',
    ids,
  ),
]

/** Ours to change: not those a service (a load balancer, a gateway) manages itself. */
const INTERFACES = 'NetworkInterfaces[?RequesterManaged != `true`]'

const isolate = (context: Context, scope: Scope, ids: readonly string[]) => {
  const { partition, accountId, region } = scope
  const ec2 = ec2Calls(region)
  const key = ids.join(',')
  const GroupName = inlinePolicyName(idOf(context, partition, accountId, 'isolate-instance', key))
  const interfaces = ec2('DescribeNetworkInterfaces', {
    Filters: [{ Name: 'attachment.instance-id', Values: ids }],
  })
  const groups = ec2('DescribeSecurityGroups', { Filters: [{ Name: 'group-name', Values: [GroupName] }] })
  const known = 'SecurityGroups[0].GroupId'
  return drafted(context, partition, key, {
    type: 'isolate-instance',
    tier: 2,
    title: `Isolate ${ids.length === 1 ? 'instance' : 'instances'} ${ids.join(', ')} in ${region}`,
    target: instanceTarget(scope, ids),
    blastRadius: `${ids.join(', ')}: no new connection in or out, Systems Manager and health checks included. An auto scaling group may replace the instance.`,
    snapshot: [interfaces, groups],
    ...isolationCalls(ec2, GroupName, known),
    permissions: [
      'ec2:DescribeInstances',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:CreateSecurityGroup',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:ModifyNetworkInterfaceAttribute',
    ],
    reversibility: 'exact',
    undoNote: `Gives every interface the security groups back that it had. The empty group ${GroupName} stays.`,
    pins: pinsOf(region, ids),
    done: [
      check(
        interfaces,
        `length(${INTERFACES} | [?length(Groups) != \`1\` || Groups[0].GroupName != '${GroupName}'] || \`[]\`)`,
        0,
      ),
      check(groups, 'length(SecurityGroups[].[IpPermissions, IpPermissionsEgress][][] || `[]`)', 0),
    ],
    verify: [
      `DescribeNetworkInterfaces shows ${GroupName} alone on every interface, and the group has no rule.`,
    ],
    limits: [
      'Connections that are open and tracked go on: stop the instance, or change the network ACL of its subnet, to cut them.',
      'Its role credentials may already be elsewhere: deny them to the instance too.',
      'All instances must lie in one VPC: a security group belongs to one.',
      'Take snapshots of its volumes before anybody stops or terminates it.',
    ],
    nodes: [],
  })
}

/** A group of our own name, made when there is none, stripped of every rule, and put on every interface. */
const isolationCalls = (ec2: ReturnType<typeof ec2Calls>, GroupName: string, known: string) => {
  const exists = [1, `${known} != \`null\``] as const
  const strip = (
    direction: 'Egress' | 'Ingress',
    GroupId: ReturnType<typeof fromCall> | string,
    rule: ApiCall['input'],
  ) => ec2(`RevokeSecurityGroup${direction}`, { GroupId: GroupId as string, IpPermissions: [rule] })
  const left = (direction: 'Egress' | 'Ingress', list: string) =>
    each(
      ec2(`RevokeSecurityGroup${direction}`, {
        GroupId: fromSnapshot(1, known),
        IpPermissions: [ofItem('@')],
      }),
      1,
      `SecurityGroups[0].${list}`,
    )
  const put = (group: ReturnType<typeof fromCall> | ReturnType<typeof fromSnapshot>) =>
    each(
      ec2('ModifyNetworkInterfaceAttribute', {
        NetworkInterfaceId: ofItem('NetworkInterfaceId'),
        Groups: [group],
      }),
      0,
      INTERFACES,
    )
  const made = fromCall(0, 'GroupId')
  return {
    calls: [
      when(
        ec2('CreateSecurityGroup', {
          GroupName,
          Description: 'Containment by Trailwarden: no rule, no traffic',
          VpcId: fromSnapshot(0, 'NetworkInterfaces[0].VpcId'),
        }),
        1,
        known,
        null,
      ),
      when(strip('Egress', made, { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }), 1, known, null),
      // A VPC without IPv6 has no such rule to revoke; an interface with an IPv6 address says that this one has.
      whenIpv6(
        when(strip('Egress', made, { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] }), 1, known, null),
      ),
      when(left('Egress', 'IpPermissionsEgress[]'), ...exists),
      when(left('Ingress', 'IpPermissions[]'), ...exists),
      when(put(made), 1, known, null),
      when(put(fromSnapshot(1, known)), ...exists),
    ],
    undo: [
      undoOf(
        each(
          ec2('ModifyNetworkInterfaceAttribute', {
            NetworkInterfaceId: ofItem('NetworkInterfaceId'),
            Groups: ofItem('Groups[].GroupId'),
          }),
          0,
          INTERFACES,
        ),
        5,
        6,
      ),
    ],
  }
}

/** Once, when an interface of the snapshot has an IPv6 address. */
const whenIpv6 = (call: ApiCall): ApiCall => each(call, 0, 'NetworkInterfaces[].Ipv6Addresses[] | [:1]')

const associationsOf = (ec2: ReturnType<typeof ec2Calls>, id: string): ApiCall =>
  ec2('DescribeIamInstanceProfileAssociations', {
    Filters: [
      { Name: 'instance-id', Values: [id] },
      { Name: 'state', Values: ['associating', 'associated'] },
    ],
  })

/**
 * Takes the role away from the caller's instance. Credentials it has already got live for up to 6 hours: deny those first.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateIamInstanceProfile.html
 */
export const detachInstanceProfile: Builder = (context) => {
  const found = callersInstance(context)
  if (!found) return undefined
  const { id, scope } = found
  const ec2 = ec2Calls(scope.region)
  const describe = associationsOf(ec2, id)
  const has = [0, 'length(IamInstanceProfileAssociations || `[]`) > `0`'] as const
  return drafted(context, scope.partition, id, {
    type: 'detach-instance-profile',
    tier: 2,
    title: `Take the role away from instance ${id} in ${scope.region}`,
    target: instanceTarget(scope, [id]),
    blastRadius: `Whatever runs on ${id} and calls AWS, Systems Manager included.`,
    snapshot: [describe],
    calls: [
      when(
        ec2('DisassociateIamInstanceProfile', {
          AssociationId: fromSnapshot(0, 'IamInstanceProfileAssociations[0].AssociationId'),
        }),
        ...has,
      ),
    ],
    permissions: [
      'ec2:DescribeInstances',
      'ec2:DescribeIamInstanceProfileAssociations',
      'ec2:DisassociateIamInstanceProfile',
      'ec2:AssociateIamInstanceProfile',
      'iam:PassRole',
    ],
    reversibility: 'exact',
    undo: [
      when(
        ec2('AssociateIamInstanceProfile', {
          IamInstanceProfile: {
            Arn: fromSnapshot(0, 'IamInstanceProfileAssociations[0].IamInstanceProfile.Arn'),
          },
          InstanceId: id,
        }),
        ...has,
      ),
    ],
    undoNote: 'Gives the instance the profile back that it had. Needs iam:PassRole for its role.',
    pins: pinsOf(scope.region, [id]),
    done: [
      check(
        describe,
        "length(IamInstanceProfileAssociations[?State=='associated' || State=='associating'] || `[]`)",
        0,
      ),
    ],
    verify: ['DescribeIamInstanceProfileAssociations shows none that is associated.'],
    limits: [
      'Credentials the instance has already got work for up to 6 hours: deny its sessions first.',
      'Who controls the instance and may associate profiles gives it another one.',
    ],
    nodes: [],
  })
}
