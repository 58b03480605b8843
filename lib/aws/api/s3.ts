import {
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { ApiService } from './service.ts'

/** Everything of s3 that containment reads, changes and puts back. */
export const s3: ApiService = {
  client: (settings) => new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined }),
  operations: {
    DeleteBucketLifecycle: DeleteBucketLifecycleCommand,
    DeleteBucketPolicy: DeleteBucketPolicyCommand,
    DeletePublicAccessBlock: DeletePublicAccessBlockCommand,
    GetBucketLifecycleConfiguration: GetBucketLifecycleConfigurationCommand,
    GetBucketPolicy: GetBucketPolicyCommand,
    GetBucketPolicyStatus: GetBucketPolicyStatusCommand,
    GetPublicAccessBlock: GetPublicAccessBlockCommand,
    PutBucketLifecycleConfiguration: PutBucketLifecycleConfigurationCommand,
    PutBucketPolicy: PutBucketPolicyCommand,
    PutPublicAccessBlock: PutPublicAccessBlockCommand,
  },
}
