import { at, isObject } from '../trail/event.ts'
import { scalarText } from './scalar.ts'

/** What a network rule in a request opens to any address. */
export interface NetworkFacts {
  /** Some port to any address, IPv4 or IPv6. */
  readonly world: boolean
  /** All ports, or one used for administration or by databases. */
  readonly worldSensitive: boolean
}

/** Administration and database ports that scanners look for. */
const SENSITIVE_PORTS = [22, 23, 445, 1433, 3306, 3389, 5432, 5985, 5986, 6379, 9200, 27017]

interface Permission {
  readonly cidrs: readonly unknown[]
  readonly protocol: string
  readonly from: number | undefined
  readonly to: number | undefined
}

/** Reads the rules of security groups, network ACLs and RDS security groups in a request. */
export const networkFactsOf = (request: unknown): NetworkFacts => {
  const open = permissionsIn(request).filter((permission) => permission.cidrs.some(isWorld))
  return { world: open.length > 0, worldSensitive: open.some(isSensitive) }
}

const isWorld = (cidr: unknown): boolean => typeof cidr === 'string' && cidr.trim().endsWith('/0')

const isSensitive = ({ protocol, from, to }: Permission): boolean => {
  if (['icmp', 'icmpv6', '1', '58'].includes(protocol)) return false
  if (protocol === '-1' || protocol === 'all' || from === undefined || from < 0) return true
  return SENSITIVE_PORTS.some((port) => port >= from && port <= (to ?? from))
}

const permissionsIn = (request: unknown): readonly Permission[] => {
  if (!isObject(request)) return []
  return [
    ...listIn(request['ipPermissions']).map(securityGroupRule),
    ...(request['cidrIp'] || request['cidrIpv6'] ? [securityGroupRule(request)] : []),
    ...modifiedRules(request),
    ...(request['cIDRIP'] ? [permission([request['cIDRIP']], 'tcp', undefined, undefined)] : []),
    ...aclEntry(request),
  ]
}

/** EC2's lists are objects with `items`, a list, or one object. */
const listIn = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  const items = at(value, 'items')
  if (Array.isArray(items)) return items
  return isObject(value) && items === undefined ? [value] : []
}

const securityGroupRule = (rule: unknown): Permission =>
  permission(
    [
      at(rule, 'cidrIp'),
      at(rule, 'cidrIpv6'),
      ...listIn(at(rule, 'ipRanges')).map((range) => at(range, 'cidrIp')),
      ...listIn(at(rule, 'ipv6Ranges')).map((range) => at(range, 'cidrIpv6')),
    ],
    at(rule, 'ipProtocol'),
    at(rule, 'fromPort'),
    at(rule, 'toPort'),
  )

const modifiedRules = (request: Record<string, unknown>): readonly Permission[] =>
  listIn(at(request, 'ModifySecurityGroupRulesRequest', 'SecurityGroupRule')).map((entry) => {
    const rule = at(entry, 'SecurityGroupRule') ?? entry
    return permission(
      [at(rule, 'CidrIpv4'), at(rule, 'CidrIpv6')],
      at(rule, 'IpProtocol'),
      at(rule, 'FromPort'),
      at(rule, 'ToPort'),
    )
  })

/** Only an entry that allows and is inbound opens something. */
const aclEntry = (request: Record<string, unknown>): readonly Permission[] => {
  if (request['aclProtocol'] === undefined || request['egress'] === true) return []
  if (request['ruleAction'] !== undefined && request['ruleAction'] !== 'allow') return []
  const { from, to } = isObject(request['portRange'])
    ? request['portRange']
    : { from: undefined, to: undefined }
  return [permission([request['cidrBlock'], request['ipv6CidrBlock']], request['aclProtocol'], from, to)]
}

const permission = (
  cidrs: readonly unknown[],
  protocol: unknown,
  from: unknown,
  to: unknown,
): Permission => ({
  cidrs,
  protocol: scalarText(protocol).toLowerCase(),
  from: portOf(from),
  to: portOf(to),
})

const portOf = (value: unknown): number | undefined => {
  const port = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  return Number.isNaN(port) ? undefined : port
}
