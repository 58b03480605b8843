import { at, type CloudTrailEvent, isObject } from '../trail/event.ts'
import { accountIn } from './policy.ts'
import { scalarText } from './scalar.ts'

/** Whom a request shares something with, other than by a policy text. */
export interface GrantFacts {
  readonly public: boolean
  /** Accounts it is shared with; the caller decides which are outside. */
  readonly accounts: readonly string[]
}

const PUBLIC_ACLS = ['public-read', 'public-read-write', 'authenticated-read']
const PUBLIC_GROUPS = /\/groups\/global\/(AllUsers|AuthenticatedUsers)\b/
const GRANT_HEADERS = [
  'x-amz-grant-read',
  'x-amz-grant-write',
  'x-amz-grant-read-acp',
  'x-amz-grant-write-acp',
  'x-amz-grant-full-control',
]

/**
 * Reads launch, volume and snapshot permissions, SSM shares, Lambda statements, S3 ACLs and replicas, resource shares, grants of
 * keys, event buses and targets, endpoint services, warehouses, queues and topics, replicas of images, data lakes, desktops, addresses,
 * subscriptions of logs and copies of recovery points.
 */
export const grantFactsOf = (event: CloudTrailEvent): GrantFacts => {
  const request = event.requestParameters
  const names = [...addedTo(request), ...lambdaPrincipal(event), ...namedBy(event)]
  return {
    public:
      names.some((name) => name === '*' || scalarText(name).toLowerCase() === 'all') || hasPublicAcl(request),
    accounts: [...new Set(names.flatMap((name) => accountIn(name) ?? []))],
  }
}

/** An organization or a unit of one is known by its management account, which its ARN names. */
const GRANTEES = ['userId', 'group', 'organizationArn', 'organizationalUnitArn']

/** User ids, groups, organizations and `all` that a Modify...Attribute or ModifyDocumentPermission call adds. */
const addedTo = (request: unknown): readonly unknown[] => [
  ...['createVolumePermission', 'launchPermission', 'loadPermission'].flatMap((name) =>
    members(at(request, name, 'add', 'items')).flatMap((item) => GRANTEES.map((field) => at(item, field))),
  ),
  ...members(at(request, 'valuesToAdd')),
  ...members(at(request, 'accountIdsToAdd')),
]

/** Where other services name whom they share with. Only their own calls are read: the words are common. */
const SHARED_WITH: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'appstream.amazonaws.com': [['sharedAccountId']],
  'backup.amazonaws.com': [['destinationBackupVaultArn']],
  'ecr.amazonaws.com': [['replicationConfiguration', 'rules', 'destinations', 'registryId']],
  'events.amazonaws.com': [['principal'], ['targets', 'arn']],
  'kms.amazonaws.com': [['granteePrincipal']],
  'lakeformation.amazonaws.com': [
    ['principal', 'dataLakePrincipalIdentifier'],
    ['entries', 'principal', 'dataLakePrincipalIdentifier'],
  ],
  'logs.amazonaws.com': [['destinationArn']],
  'ram.amazonaws.com': [['principals']],
  'redshift.amazonaws.com': [['accountWithRestoreAccess'], ['consumerIdentifier'], ['account']],
  'sns.amazonaws.com': [['aWSAccountId'], ['aWSAccountIds']],
  'sqs.amazonaws.com': [['aWSAccountIds'], ['aWSAccountId']],
  'workspaces.amazonaws.com': [['sharedAccountId']],
}

const namedBy = ({ eventSource, requestParameters: request }: CloudTrailEvent): readonly unknown[] => {
  if (eventSource === 's3.amazonaws.com') return replicaAccounts(request)
  if (eventSource === 'ec2.amazonaws.com')
    return [...endpointPrincipals(request), at(request, 'transferAccountId')]
  const paths = typeof eventSource === 'string' ? SHARED_WITH[eventSource] : undefined
  return (paths ?? []).flatMap((path) => leavesAt(request, path))
}

/** What is at a path that may cross lists. */
const leavesAt = (value: unknown, path: readonly string[]): readonly unknown[] =>
  path.reduce<readonly unknown[]>((found, name) => found.flatMap((one) => members(at(one, name))), [value])

const replicaAccounts = (request: unknown): readonly unknown[] =>
  members(at(request, 'ReplicationConfiguration', 'Rule')).map((rule) => at(rule, 'Destination', 'Account'))

const endpointPrincipals = (request: unknown): readonly unknown[] => {
  const added = at(request, 'ModifyVpcEndpointServicePermissionsRequest', 'AddAllowedPrincipals')
  return members(added).map((one) => at(one, 'content') ?? one)
}

/** The principal of a Lambda AddPermission. Services do not count, nor does `*` that a source or organization narrows. */
const lambdaPrincipal = (event: CloudTrailEvent): readonly unknown[] => {
  if (event.eventSource !== 'lambda.amazonaws.com') return []
  const request = event.requestParameters
  const principal = at(request, 'principal')
  const narrowed = ['sourceArn', 'sourceAccount', 'principalOrgID'].some(
    (name) => at(request, name) !== undefined,
  )
  return principal === '*' && narrowed ? [] : [principal]
}

const hasPublicAcl = (request: unknown): boolean => {
  const canned = members(at(request, 'x-amz-acl')).some((acl) => PUBLIC_ACLS.includes(scalarText(acl)))
  const headers = GRANT_HEADERS.flatMap((name) => members(at(request, name)))
  const grants = members(at(request, 'AccessControlPolicy', 'AccessControlList', 'Grant'))
  const grantees = [...headers, ...grants.map((grant) => at(grant, 'Grantee', 'URI'))]
  return canned || grantees.some((grantee) => PUBLIC_GROUPS.test(scalarText(grantee)))
}

/** A list, or one value as a list of itself; nothing is an empty list. */
const members = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0)
    ? []
    : [value]
}
