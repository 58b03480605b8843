import {
  CloudTrailClient,
  CreateTrailCommand,
  GetEventDataStoreCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  RestoreEventDataStoreCommand,
  StartEventDataStoreIngestionCommand,
  StartLoggingCommand,
  StopEventDataStoreIngestionCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail'
import type { ApiService } from './service.ts'

/** Everything of cloudtrail that containment reads, changes and puts back. */
export const cloudtrail: ApiService = {
  client: (settings) => new CloudTrailClient(settings),
  operations: {
    CreateTrail: CreateTrailCommand,
    GetEventDataStore: GetEventDataStoreCommand,
    GetEventSelectors: GetEventSelectorsCommand,
    GetInsightSelectors: GetInsightSelectorsCommand,
    GetTrail: GetTrailCommand,
    GetTrailStatus: GetTrailStatusCommand,
    ListTags: ListTagsCommand,
    ListTrails: ListTrailsCommand,
    PutEventSelectors: PutEventSelectorsCommand,
    PutInsightSelectors: PutInsightSelectorsCommand,
    RestoreEventDataStore: RestoreEventDataStoreCommand,
    StartEventDataStoreIngestion: StartEventDataStoreIngestionCommand,
    StartLogging: StartLoggingCommand,
    StopEventDataStoreIngestion: StopEventDataStoreIngestionCommand,
    StopLogging: StopLoggingCommand,
    UpdateTrail: UpdateTrailCommand,
  },
}
