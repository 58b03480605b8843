import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import type { ApiService } from './service.ts'

/** Everything of lambda that containment reads, changes and puts back. */
export const lambda: ApiService = {
  client: (settings) => new LambdaClient(settings),
  operations: {
    AddPermission: AddPermissionCommand,
    DeleteFunctionConcurrency: DeleteFunctionConcurrencyCommand,
    GetFunctionConcurrency: GetFunctionConcurrencyCommand,
    GetFunctionUrlConfig: GetFunctionUrlConfigCommand,
    GetPolicy: GetPolicyCommand,
    ListEventSourceMappings: ListEventSourceMappingsCommand,
    ListFunctions: ListFunctionsCommand,
    PutFunctionConcurrency: PutFunctionConcurrencyCommand,
    RemovePermission: RemovePermissionCommand,
    UpdateEventSourceMapping: UpdateEventSourceMappingCommand,
    UpdateFunctionUrlConfig: UpdateFunctionUrlConfigCommand,
  },
}
