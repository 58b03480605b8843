import type { Context } from 'aws-lambda'

/** What Lambda tells a function of its invocation: a quarter of an hour is left. */
export const lambdaContext = {
  functionName: 'f',
  awsRequestId: 'r-1',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn',
  functionVersion: '1',
  getRemainingTimeInMillis: () => 900_000,
} as Context
