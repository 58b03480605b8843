import {
  CancelKeyDeletionCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import type { ApiService } from './service.ts'

/** Everything of kms that containment reads, changes and puts back. */
export const kms: ApiService = {
  client: (settings) => new KMSClient(settings),
  operations: {
    CancelKeyDeletion: CancelKeyDeletionCommand,
    DescribeKey: DescribeKeyCommand,
    EnableKey: EnableKeyCommand,
    ScheduleKeyDeletion: ScheduleKeyDeletionCommand,
  },
}
