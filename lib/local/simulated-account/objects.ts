import { ApiFault, type ApiRequest } from './protocol.ts'
import type { AccountState } from './state.ts'

/** Calls about things that are no principals: trails, buckets, snapshots, security groups. */
type Work = (state: AccountState, request: ApiRequest, makeId: () => string) => object

/** Answers by `service:operation`, or `undefined` where the simulated account knows no such call. */
export const objectAnswer = (
  state: AccountState,
  request: ApiRequest,
  makeId: () => string,
): object | undefined => WORKS[`${request.service}:${request.operation}`]?.(state, request, makeId)

const trailOf = ({ trails }: AccountState, { input }: ApiRequest) => {
  const trail = trails.find(({ arn, name }) => input['Name'] === arn || input['Name'] === name)
  if (!trail) throw new ApiFault('TrailNotFoundException', `Unknown trail: ${input['Name']}`)
  return trail
}

const bucketOf = ({ buckets }: AccountState, { input }: ApiRequest) => {
  const bucket = buckets.find(({ name }) => name === input['Bucket'])
  if (!bucket) throw new ApiFault('NoSuchBucket', 'The specified bucket does not exist', 404)
  return bucket
}

const snapshotOf = ({ snapshots }: AccountState, { input, region }: ApiRequest) => {
  const snapshot = snapshots.find((one) => one.id === input['SnapshotId'] && one.region === region)
  if (!snapshot) throw new ApiFault('InvalidSnapshot.NotFound', `${input['SnapshotId']} does not exist`)
  return snapshot
}

/** Values of a list in a query: `Name.1`, `Name.2`, ...; with `field`, `Name.1.Field`. */
const listed = ({ input }: ApiRequest, name: string, field = ''): readonly string[] =>
  Array.from({ length: 50 }, (_, n) => input[`${name}.${n + 1}${field && `.${field}`}`]).filter(
    (value) => typeof value === 'string',
  )

const described = (rule: AccountState['rules'][number]): object => ({
  securityGroupRuleId: rule.id,
  groupId: rule.groupId,
  isEgress: false,
  ipProtocol: rule.protocol,
  fromPort: rule.fromPort,
  toPort: rule.toPort,
  cidrIpv4: rule.cidr,
})

const WORKS: Readonly<Record<string, Work>> = {
  'cloudtrail:GetTrailStatus': (state, request) => ({
    IsLogging: trailOf(state, request).logging,
    LatestDeliveryError: '',
  }),
  'cloudtrail:GetTrail': (state, request) => {
    const { name, arn } = trailOf(state, request)
    return { Trail: { Name: name, TrailARN: arn, HomeRegion: arn.split(':')[3] } }
  },
  'cloudtrail:StartLogging': (state, request) => {
    trailOf(state, request).logging = true
    return {}
  },
  'cloudtrail:StopLogging': (state, request) => {
    trailOf(state, request).logging = false
    return {}
  },
  's3:GetPublicAccessBlock': (state, request) => {
    const { block } = bucketOf(state, request)
    if (block) return { PublicAccessBlockConfiguration: block }
    throw new ApiFault('NoSuchPublicAccessBlockConfiguration', 'The configuration was not found', 404)
  },
  's3:PutPublicAccessBlock': (state, request) => {
    const { Bucket: _bucket, ...settings } = request.input
    bucketOf(state, request).block = settings as Record<string, boolean>
    return {}
  },
  's3:DeletePublicAccessBlock': (state, request) => {
    delete bucketOf(state, request).block
    return {}
  },
  's3:GetBucketPolicyStatus': (state, request) => {
    const bucket = bucketOf(state, request)
    const open = bucket.public && bucket.block?.['RestrictPublicBuckets'] !== true
    return { PolicyStatus: { IsPublic: open } }
  },
  'ec2:DescribeSnapshotAttribute': (state, request) => {
    const { id, shared } = snapshotOf(state, request)
    const grants = shared.map((whom) => (whom === 'all' ? { group: 'all' } : { userId: whom }))
    return { snapshotId: id, createVolumePermission: grants }
  },
  'ec2:ModifySnapshotAttribute': (state, request) => {
    const snapshot = snapshotOf(state, request)
    const named = (way: string) => [
      ...listed(request, `CreateVolumePermission.${way}`, 'UserId'),
      ...listed(request, `CreateVolumePermission.${way}`, 'Group'),
    ]
    const removed = named('Remove')
    snapshot.shared = [...new Set([...snapshot.shared, ...named('Add')])].filter(
      (whom) => !removed.includes(whom),
    )
    return { return: true }
  },
  'ec2:DescribeSecurityGroupRules': ({ rules }, request) => {
    const wanted: Record<string, readonly string[]> = {}
    for (const [n, name] of listed(request, 'Filter', 'Name').entries())
      wanted[name] = listed(request, `Filter.${n + 1}.Value`)
    const found = rules.filter(
      ({ id, groupId }) =>
        (wanted['group-id']?.includes(groupId) ?? true) &&
        (wanted['security-group-rule-id']?.includes(id) ?? true),
    )
    return { securityGroupRuleSet: found.map(described) }
  },
  'ec2:RevokeSecurityGroupIngress': (state, request) => {
    const gone = listed(request, 'SecurityGroupRuleId')
    state.rules = state.rules.filter(({ id }) => !gone.includes(id))
    return { return: true }
  },
  'ec2:AuthorizeSecurityGroupIngress': (state, request, makeId) => {
    const { input } = request
    const rule = {
      id: `sgr-${makeId()}`,
      groupId: String(input['GroupId']),
      protocol: String(input['IpPermissions.1.IpProtocol']),
      fromPort: Number(input['IpPermissions.1.FromPort']),
      toPort: Number(input['IpPermissions.1.ToPort']),
      cidr: String(input['IpPermissions.1.IpRanges.1.CidrIp']),
    }
    state.rules.push(rule)
    return { return: true, securityGroupRuleSet: [described(rule)] }
  },
}
