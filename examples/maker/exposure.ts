import { ACCOUNT, EXPORTS, OUTSIDE, THINGS } from './company.ts'
import { clock } from './event.ts'
import type { Random } from './random.ts'
import { BACKUP, FROM, type Step, type Tell } from './tell.ts'

/** 13:44: the export bucket is made public. The ACL is refused, as it is on every newer bucket; the policy is not. */
export const openBucket = (tell: Tell): Step[] => {
  const bucket = {
    ...FROM,
    who: BACKUP,
    source: 's3',
    resources: [{ accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${EXPORTS}` }],
  }
  const Host = `${EXPORTS}.s3.us-east-1.amazonaws.com`
  return [
    tell('13:44:03', 'delete-public-access-block', {
      ...bucket,
      name: 'DeleteBucketPublicAccessBlock',
      params: { bucketName: EXPORTS, publicAccessBlock: '', Host },
    }),
    tell('13:44:19', 'put-bucket-acl-refused', {
      ...bucket,
      name: 'PutBucketAcl',
      params: { bucketName: EXPORTS, acl: '', Host, 'x-amz-acl': 'public-read' },
      error: ['AccessControlListNotSupported', 'The bucket does not allow ACLs'],
    }),
    tell('13:44:41', 'put-bucket-policy-public', {
      ...bucket,
      name: 'PutBucketPolicy',
      params: { bucketName: EXPORTS, policy: '', Host, bucketPolicy: PUBLIC_POLICY },
    }),
  ]
}

const PUBLIC_POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Share',
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [`arn:aws:s3:::${EXPORTS}`, `arn:aws:s3:::${EXPORTS}/*`],
    },
  ],
}

/** 13:45: a snapshot leaves the account, and a door is opened. */
export const shareAndOpen = (tell: Tell, random: Random): Step[] => {
  const ec2 = { ...FROM, who: BACKUP, source: 'ec2', region: 'eu-west-1' as const }
  return [
    tell('13:45:22', 'create-snapshot', {
      ...ec2,
      name: 'CreateSnapshot',
      params: { volumeId: THINGS.volume, description: 'backup' },
      response: {
        requestId: random.uuid(),
        snapshotId: THINGS.snapshot,
        volumeId: THINGS.volume,
        status: 'pending',
        startTime: clock('13:45:22') * 1000,
        ownerId: ACCOUNT,
        volumeSize: '200',
        encrypted: false,
      },
    }),
    tell('13:46:50', 'share-snapshot', {
      ...ec2,
      name: 'ModifySnapshotAttribute',
      params: {
        snapshotId: THINGS.snapshot,
        attributeType: 'CREATE_VOLUME_PERMISSION',
        createVolumePermission: { add: { items: [{ userId: OUTSIDE }] } },
      },
      response: { requestId: random.uuid(), _return: true },
    }),
    tell('13:47:35', 'open-security-group', {
      ...ec2,
      name: 'AuthorizeSecurityGroupIngress',
      params: {
        groupId: THINGS.group['eu-west-1'],
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 22,
              toPort: 22,
              groups: {},
              ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
              ipv6Ranges: {},
              prefixListIds: {},
            },
          ],
        },
      },
      response: {
        requestId: random.uuid(),
        _return: true,
        securityGroupRuleSet: {
          items: [
            {
              groupOwnerId: ACCOUNT,
              groupId: THINGS.group['eu-west-1'],
              securityGroupRuleId: `sgr-0${random.hex(16)}`,
              isEgress: false,
              ipProtocol: 'tcp',
              fromPort: 22,
              toPort: 22,
              cidrIpv4: '0.0.0.0/0',
            },
          ],
        },
      },
    }),
  ]
}
