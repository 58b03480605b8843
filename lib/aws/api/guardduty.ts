import {
  CreateDetectorCommand,
  GetDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  UpdateDetectorCommand,
} from '@aws-sdk/client-guardduty'
import type { ApiService } from './service.ts'

/** Everything of guardduty that containment reads, changes and puts back. */
export const guardduty: ApiService = {
  client: (settings) => new GuardDutyClient(settings),
  operations: {
    CreateDetector: CreateDetectorCommand,
    GetDetector: GetDetectorCommand,
    ListDetectors: ListDetectorsCommand,
    UpdateDetector: UpdateDetectorCommand,
  },
}
