import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  S3ControlClient,
} from '@aws-sdk/client-s3-control'
import type { ApiService } from './service.ts'

/** Everything of s3control that containment reads, changes and puts back. */
export const s3control: ApiService = {
  client: (settings) => new S3ControlClient(settings),
  operations: {
    DeletePublicAccessBlock: DeletePublicAccessBlockCommand,
    GetPublicAccessBlock: GetPublicAccessBlockCommand,
    PutPublicAccessBlock: PutPublicAccessBlockCommand,
  },
}
