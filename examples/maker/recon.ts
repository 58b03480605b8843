import { EXPORTS, type Region } from './company.ts'

export interface Look {
  readonly source: string
  readonly name: string
  readonly params?: unknown
  readonly region?: Region
  /** IAM action the key may not do; the call is then refused. */
  readonly action?: string
}

/** What the attacker looks at with the stolen key, one call every four seconds, in this order. */
export const RECON: readonly Look[] = [
  { source: 'iam', name: 'GetUser' },
  { source: 'iam', name: 'ListAttachedUserPolicies', params: { userName: 'build-deploy' } },
  { source: 'iam', name: 'ListUserPolicies', params: { userName: 'build-deploy' } },
  { source: 's3', name: 'ListBuckets', params: { Host: 's3.us-east-1.amazonaws.com' } },
  { source: 'iam', name: 'ListUsers' },
  { source: 'iam', name: 'ListRoles' },
  { source: 'iam', name: 'ListGroups' },
  { source: 'iam', name: 'GetAccountSummary' },
  { source: 'iam', name: 'GetAccountPasswordPolicy' },
  { source: 'iam', name: 'GetAccountAuthorizationDetails' },
  { source: 'ec2', name: 'DescribeInstances', params: { instancesSet: {}, filterSet: {} } },
  {
    source: 'ec2',
    name: 'DescribeInstances',
    params: { instancesSet: {}, filterSet: {} },
    region: 'eu-west-1',
  },
  {
    source: 'ec2',
    name: 'DescribeSecurityGroups',
    params: { securityGroupSet: {}, securityGroupIdSet: {}, filterSet: {} },
  },
  {
    source: 'ec2',
    name: 'DescribeSecurityGroups',
    params: { securityGroupSet: {}, securityGroupIdSet: {}, filterSet: {} },
    region: 'eu-west-1',
  },
  { source: 'ec2', name: 'DescribeVolumes', params: { volumeSet: {}, filterSet: {} }, region: 'eu-west-1' },
  {
    source: 'ec2',
    name: 'DescribeSnapshots',
    params: { ownersSet: { items: [{ owner: 'self' }] }, snapshotSet: {}, filterSet: {} },
    region: 'eu-west-1',
  },
  { source: 'ec2', name: 'DescribeRegions', params: { regionSet: {}, allRegions: true } },
  { source: 'lambda', name: 'ListFunctions20150331' },
  { source: 'rds', name: 'DescribeDBInstances' },
  {
    source: 's3',
    name: 'GetBucketLocation',
    params: { bucketName: EXPORTS, location: '', Host: 's3.us-east-1.amazonaws.com' },
  },
  {
    source: 's3',
    name: 'GetBucketPublicAccessBlock',
    params: { bucketName: EXPORTS, publicAccessBlock: '', Host: `${EXPORTS}.s3.us-east-1.amazonaws.com` },
  },
  {
    source: 's3',
    name: 'GetBucketPolicyStatus',
    params: { bucketName: EXPORTS, policyStatus: '', Host: `${EXPORTS}.s3.us-east-1.amazonaws.com` },
  },
  { source: 'cloudformation', name: 'ListStacks' },
  { source: 'cloudtrail', name: 'ListTrails' },
  { source: 'secretsmanager', name: 'ListSecrets', action: 'secretsmanager:ListSecrets' },
  { source: 'ssm', name: 'DescribeParameters', action: 'ssm:DescribeParameters' },
  { source: 'kms', name: 'ListKeys', action: 'kms:ListKeys' },
  { source: 'organizations', name: 'DescribeOrganization', action: 'organizations:DescribeOrganization' },
  { source: 'dynamodb', name: 'ListTables', action: 'dynamodb:ListTables' },
  { source: 'guardduty', name: 'ListDetectors', action: 'guardduty:ListDetectors' },
  { source: 'ecr', name: 'DescribeRepositories', action: 'ecr:DescribeRepositories' },
  { source: 'eks', name: 'ListClusters', action: 'eks:ListClusters' },
  { source: 'ses', name: 'GetSendQuota', action: 'ses:GetSendQuota' },
  { source: 'ec2', name: 'GetEbsDefaultKmsKeyId', action: 'ec2:GetEbsDefaultKmsKeyId' },
]
