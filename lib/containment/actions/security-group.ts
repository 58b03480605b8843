import ipaddr from 'ipaddr.js'
import type { ApiCall, Fallback, Json } from '../../action.ts'
import { at, isObject } from '../../trail/event.ts'
import { sha256 } from '../canonical.ts'
import { type Builder, type Context, drafted, eventTarget, onObject } from '../draft.ts'
import type { Scope } from '../guard.ts'
import { type Checked, isShaped, shaped } from '../ids.ts'
import { check, each, ofItem } from './checks.ts'

/**
 * Takes back exactly the ingress rules one event added: by rule id where the event has them, else by the same tuples.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
 */
export const revokeSecurityGroupIngress: Builder = (context) => {
  const { event } = context
  const name = String(event.eventName)
  if (!['AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules'].includes(name)) return undefined
  return onObject(context, 'Revoke security group rules', (scope, refuse) => {
    if (name === 'ModifySecurityGroupRules') {
      return refuse(
        eventTarget(event),
        'the event does not say what the rule was before: compare the rule by hand',
      )
    }
    const rules = addedRules(context)
    return 'reason' in rules ? refuse(eventTarget(event), rules.reason) : revoke(context, scope, rules.value)
  })
}

interface Rules {
  readonly groupId: string
  /** sgr-..., sorted; empty in events that do not carry them. */
  readonly ids: readonly string[]
  readonly permissions: readonly Json[]
}

const itemsOf = (value: unknown, ...path: string[]): readonly unknown[] => {
  const items = at(value, ...path, 'items')
  return Array.isArray(items) ? items : []
}

const addedRules = ({ event }: Context): Checked<Rules> => {
  const set = itemsOf(event.responseElements, 'securityGroupRuleSet')
  const groupId = shaped(
    'security group id',
    at(event.requestParameters, 'groupId') ?? at(set[0], 'groupId'),
    'requestParameters.groupId',
  )
  if ('reason' in groupId) return groupId
  const ids = set.map((rule) => at(rule, 'securityGroupRuleId'))
  if (!ids.every((id) => isShaped('security group rule id', id))) {
    return { reason: 'responseElements.securityGroupRuleSet: expected rule ids like sgr-0123456789abcdef0' }
  }
  if (set.some((rule) => (at(rule, 'groupId') ?? groupId.value) !== groupId.value)) {
    return { reason: 'responseElements.securityGroupRuleSet: a rule of another security group' }
  }
  const permissions = requestedPermissions(event.requestParameters)
  if ('reason' in permissions) return permissions
  return { value: { groupId: groupId.value, ids: ids.sort(), permissions: permissions.value } }
}

/** The request's rules in the API's spelling. The flat form (cidrIp beside groupId) is one rule of one range. */
const requestedPermissions = (request: unknown): Checked<readonly Json[]> => {
  const listed = itemsOf(request, 'ipPermissions')
  const flat = at(request, 'cidrIp')
  const wanted =
    listed.length > 0 || flat === undefined
      ? listed
      : [{ ...(request as object), ipRanges: { items: [{ cidrIp: flat }] } }]
  if (wanted.length === 0)
    return { reason: 'requestParameters.ipPermissions: expected the rules that were added, found none' }
  const permissions: Json[] = []
  for (const item of wanted) {
    const permission = permissionOf(item)
    if (!permission)
      return { reason: 'requestParameters.ipPermissions: a rule of a form this release does not know' }
    permissions.push(permission)
  }
  return { value: permissions }
}

const permissionOf = (item: unknown): Json | undefined => {
  if (!isObject(item)) return undefined
  const { ipProtocol, fromPort, toPort } = item
  if (!/^(?:tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(String(ipProtocol))) return undefined
  if (![fromPort, toPort].every((port) => port === undefined || port === null || isPort(port)))
    return undefined
  const lists = [
    listOf(item, 'ipRanges', 'cidrIp', 'CidrIp', isCidr4),
    listOf(item, 'ipv6Ranges', 'cidrIpv6', 'CidrIpv6', isCidr6),
    listOf(item, 'prefixListIds', 'prefixListId', 'PrefixListId', (id) => isShaped('prefix list id', id)),
    listOf(item, 'groups', 'groupId', 'GroupId', (id) => isShaped('security group id', id)),
  ]
  if (lists.includes(undefined)) return undefined
  const [IpRanges, Ipv6Ranges, PrefixListIds, groups] = lists as Json[][]
  const UserIdGroupPairs = groups!.map((pair, index) => withOwner(pair, itemsOf(item, 'groups')[index]))
  const ranges = Object.entries({ IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs })
  const filled = ranges.filter(([, list]) => list!.length > 0)
  if (filled.length === 0) return undefined
  return {
    IpProtocol: String(ipProtocol),
    ...(isPort(fromPort) && { FromPort: fromPort }),
    ...(isPort(toPort) && { ToPort: toPort }),
    ...Object.fromEntries(filled),
  } as Json
}

const listOf = (
  item: unknown,
  list: string,
  field: string,
  apiField: string,
  isRight: (value: unknown) => boolean,
): Json[] | undefined => {
  const values = itemsOf(item, list).map((entry) => at(entry, field))
  return values.every(isRight) ? values.map((value) => ({ [apiField]: value as string })) : undefined
}

const withOwner = (pair: Json, entry: unknown): Json => {
  const owner = at(entry, 'userId')
  return isShaped('account id', owner)
    ? { ...(pair as { readonly [key: string]: Json }), UserId: owner }
    : pair
}

const isPort = (port: unknown): port is number =>
  typeof port === 'number' && Number.isInteger(port) && port >= -1 && port <= 65_535
const isCidr4 = (cidr: unknown) =>
  typeof cidr === 'string' && /^[\d./]+$/.test(cidr) && ipaddr.IPv4.isValidCIDR(cidr)
const isCidr6 = (cidr: unknown) =>
  typeof cidr === 'string' && /^[\da-f:./]+$/i.test(cidr) && ipaddr.IPv6.isValidCIDR(cidr)

type Ec2 = (operation: string, input: ApiCall['input']) => ApiCall

/** Where a rule of DescribeSecurityGroupRules has its range, and how AuthorizeSecurityGroupIngress takes it. */
const RANGES: readonly { readonly found: string; readonly list: string; readonly fields: Json }[] = [
  { found: 'CidrIpv4', list: 'IpRanges', fields: { CidrIp: ofItem('CidrIpv4') } },
  { found: 'CidrIpv6', list: 'Ipv6Ranges', fields: { CidrIpv6: ofItem('CidrIpv6') } },
  { found: 'PrefixListId', list: 'PrefixListIds', fields: { PrefixListId: ofItem('PrefixListId') } },
  {
    found: 'ReferencedGroupInfo',
    list: 'UserIdGroupPairs',
    fields: { GroupId: ofItem('ReferencedGroupInfo.GroupId'), UserId: ofItem('ReferencedGroupInfo.UserId') },
  },
]

/** Adds each of the rules that were there again, with its description. */
const authorize = (
  ec2: Ec2,
  GroupId: string,
  left: string,
  { found, list, fields }: (typeof RANGES)[number],
): ApiCall =>
  each(
    ec2('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [
        {
          IpProtocol: ofItem('IpProtocol'),
          FromPort: ofItem('FromPort'),
          ToPort: ofItem('ToPort'),
          [list]: [{ ...(fields as object), Description: ofItem('Description') }],
        },
      ],
    }),
    0,
    `${left} | [?${found}]`,
  )

/** One of the rules is gone already: the others, each by itself. */
const oneByOne = (
  ec2: Ec2,
  GroupId: string,
  left: string,
  rest: Pick<Fallback, 'undo' | 'done'>,
): Fallback => ({
  onErrors: ['InvalidSecurityGroupRuleId.NotFound'],
  tier: 0,
  title: 'One by one, those that are left',
  calls: [
    each(
      ec2('RevokeSecurityGroupIngress', { GroupId, SecurityGroupRuleIds: [ofItem('SecurityGroupRuleId')] }),
      0,
      left,
    ),
  ],
  ...rest,
})

const revoke = (context: Context, { partition, accountId, region }: Scope, rules: Rules) => {
  const { groupId, ids, permissions } = rules
  const byId = ids.length > 0
  const ec2: Ec2 = (operation, input) => ({ service: 'ec2', operation, input, region })
  // By filter: asked for by id, one rule that is gone would hide the others.
  const describe = ec2('DescribeSecurityGroupRules', {
    Filters: [
      { Name: 'group-id', Values: [groupId] },
      ...(byId ? [{ Name: 'security-group-rule-id', Values: ids }] : []),
    ],
  })
  const left = byId
    ? 'SecurityGroupRules[]'
    : `SecurityGroupRules[?${permissions.flatMap(rulesOf).join(' || ')}]`
  const undo = RANGES.map((range) => authorize(ec2, groupId, left, range))
  const done = [check(describe, `length(${left} || \`[]\`)`, 0, 'InvalidGroup.NotFound')]
  const which = byId ? ids.join(',') : sha256(JSON.stringify(permissions)).slice(0, 16)
  return drafted(context, partition, `${groupId}#${which}`, {
    type: 'revoke-security-group-ingress',
    tier: 0,
    title: `Revoke the ingress rules added to ${groupId} in ${region}`,
    target: {
      kind: 'security-group',
      id: groupId,
      arn: `arn:${partition}:ec2:${region}:${accountId}:security-group/${groupId}`,
      accountId,
      region,
    },
    blastRadius: `${byId ? ids.join(', ') : `${permissions.length} rule(s) by their exact ranges`}: new connections they allowed. Rules that were there before stay.`,
    snapshot: [describe],
    calls: [
      ec2('RevokeSecurityGroupIngress', {
        GroupId: groupId,
        ...(byId ? { SecurityGroupRuleIds: ids } : { IpPermissions: permissions }),
      }),
    ],
    permissions: [
      'ec2:DescribeSecurityGroupRules',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:AuthorizeSecurityGroupIngress',
    ],
    reversibility: 'exact',
    undo,
    done,
    fallbacks: byId ? [oneByOne(ec2, groupId, left, { undo, done })] : [],
    undoNote:
      'Exactly the rules that were there when somebody looked come back, under new ids and without their tags.',
    verify: [
      'DescribeSecurityGroupRules no longer shows the rules. A second run finds nothing to do: that is success.',
    ],
    limits: [
      'Connections that are already open stay open: a security group change does not cut tracked connections.',
      'The actor can add the rules again: contain the actor as well.',
    ],
    nodes: [],
  })
}

/** JMESPath for each rule that one permission of the request became. */
const rulesOf = (permission: Json): readonly string[] => {
  const { IpProtocol, FromPort, ToPort, ...ranges } = permission as { readonly [name: string]: Json }
  const ports =
    IpProtocol === '-1' || FromPort === undefined || ToPort === undefined
      ? ''
      : ` && FromPort==\`${FromPort}\` && ToPort==\`${ToPort}\``
  const of = (field: string, value: Json | undefined) =>
    `(IsEgress==\`false\` && IpProtocol=='${IpProtocol}'${ports} && ${field}=='${value}')`
  return Object.entries(ranges).flatMap(([list, entries]) =>
    (entries as readonly { readonly [name: string]: Json }[]).map((entry) =>
      of(RULE_FIELDS[list]!.answered, entry[RULE_FIELDS[list]!.asked]),
    ),
  )
}

/** How a range is called in the request and in what DescribeSecurityGroupRules answers. */
const RULE_FIELDS: Readonly<Record<string, { readonly asked: string; readonly answered: string }>> = {
  IpRanges: { asked: 'CidrIp', answered: 'CidrIpv4' },
  Ipv6Ranges: { asked: 'CidrIpv6', answered: 'CidrIpv6' },
  PrefixListIds: { asked: 'PrefixListId', answered: 'PrefixListId' },
  UserIdGroupPairs: { asked: 'GroupId', answered: 'ReferencedGroupInfo.GroupId' },
}
