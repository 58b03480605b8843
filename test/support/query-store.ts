import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetEventStore } from '../../lib/local/event-store.ts'
import { type DuckdbEngine, duckdbQueryEngine } from '../../lib/local/query-engine.ts'
import { parseQuery, type Query } from '../../lib/query/pack.ts'
import type { Catalog } from '../../lib/sql/scope.ts'
import { TABLES } from '../../lib/store/schema.ts'
import type { CloudTrailEvent } from '../../lib/trail/event.ts'

/** The product's own tables, as the edges hand them to the compiler. */
export const catalog: Catalog = Object.fromEntries(
  Object.entries(TABLES).map(([name, columns]) => [name, { columns }]),
)

const ADMIN = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: 'arn:aws:iam::111122223333:user/alice',
  accountId: '111122223333',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  userName: 'alice',
}
const ROOT = {
  type: 'Root',
  principalId: '111122223333',
  arn: 'arn:aws:iam::111122223333:root',
  accountId: '111122223333',
}

const event = (id: number, eventTime: string, fields: Partial<CloudTrailEvent>): CloudTrailEvent => ({
  eventVersion: '1.11',
  userIdentity: ADMIN,
  eventTime,
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.15.0',
  requestParameters: null,
  responseElements: null,
  requestID: `REQ${id}`,
  eventID: `00000000-0000-4000-8000-00000000000${id}`,
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
  ...fields,
})

/** Eight events of two accounts, one of them before 2024. */
export const sampleEvents: readonly CloudTrailEvent[] = [
  event(1, '2023-12-31T23:59:59Z', {
    eventName: 'DeleteBucket',
    requestParameters: { bucketName: 'too-old' },
  }),
  event(2, '2024-01-02T03:04:05Z', {
    eventName: 'DeleteBucket',
    requestParameters: { bucketName: 'logs-archive', Host: 's3.amazonaws.com' },
    resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::logs-archive' }],
  }),
  event(3, '2024-01-03T00:00:00Z', {
    eventName: 'DeleteBucket',
    requestParameters: { bucketName: "it's; DROP" },
  }),
  event(4, '2024-01-04T10:00:00Z', {
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    userIdentity: ROOT,
    sourceIPAddress: '203.0.113.9',
    errorMessage: 'Failed authentication',
    responseElements: { ConsoleLogin: 'Failure' },
    additionalEventData: { MFAUsed: 'No' },
    eventType: 'AwsConsoleSignIn',
  }),
  event(5, '2024-01-05T11:00:00Z', {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
    requestParameters: { groupId: 'sg-1', ipPermissions: { items: [{ fromPort: 22 }] }, dryRun: null },
  }),
  event(6, '2024-01-06T12:00:00Z', {
    eventSource: 'iam.amazonaws.com',
    eventName: 'AttachUserPolicy',
    requestParameters: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  }),
  event(7, '2024-01-07T12:00:00Z', {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    errorCode: 'Client.UnauthorizedOperation',
    recipientAccountId: '444455556666',
  }),
  event(8, '2024-01-08T12:00:00Z', {
    eventName: 'GetBucketAcl',
    readOnly: true,
    requestParameters: 'not an object' as never,
  }),
]

export interface QueryStore {
  readonly dir: string
  readonly engine: DuckdbEngine
  close(): Promise<void>
}

/** A store of the sample events in a fresh folder, and an engine over it. */
export const openQueryStore = async (
  events: readonly CloudTrailEvent[] = sampleEvents,
): Promise<QueryStore> => {
  const root = mkdtempSync(join(tmpdir(), 'trailwarden-query-'))
  const dir = join(root, 'store')
  const store = parquetEventStore(dir)
  await store.append(events.map((item, index) => ({ event: item, key: 'AWSLogs/sample.json.gz', index })))
  await store.close()
  const engine = duckdbQueryEngine({ storeDir: dir, timeoutSeconds: 60 })
  return {
    dir,
    engine,
    async close() {
      await engine.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const QUERIES = fileURLToPath(new URL('../../queries/', import.meta.url))

/** The files of one pack of the product. */
const packFiles = (pack: string): { file: string; text: string }[] =>
  readdirSync(join(QUERIES, pack))
    .filter((name) => name.endsWith('.sql'))
    .map((name) => ({
      file: `queries/${pack}/${name}`,
      text: readFileSync(join(QUERIES, pack, name), 'utf8'),
    }))

/** The queries of some packs of the product, by name. */
export const packQueries = (...packs: readonly string[]): ReadonlyMap<string, Query> =>
  new Map(
    packs
      .flatMap(packFiles)
      .map(({ file, text }) => parseQuery(file, text))
      .map((query) => [query.name, query]),
  )
