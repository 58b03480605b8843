import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { s3Client } from './log-store.ts'

export interface LakeFile {
  /** `events/account=111122223333/day=2026-11-01/...` */
  readonly path: string
  readonly bytes: number
}

export interface LakeRange {
  readonly tables: readonly string[]
  /** Days, YYYY-MM-DD, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/**
 * The Parquet files of some tables and days. Folders are listed, then each account from its first day on. A generation that was replaced a few hours
 * ago is among them: what they hold together is an upper bound.
 */
export const lakeFiles = async (
  bucket: string,
  { tables, from = '', to = '9999' }: LakeRange,
  s3: S3Client = s3Client(),
): Promise<readonly LakeFile[]> => {
  const files: LakeFile[] = []
  for (const table of tables)
    for (const account of await accountsOf(s3, bucket, table)) {
      const range = { Bucket: bucket, Prefix: account, ...(from && { StartAfter: `${account}day=${from}` }) }
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, range)) {
        const found = Contents.map(({ Key = '', Size = 0 }) => ({ path: Key, bytes: Size }))
        files.push(...found.filter(({ path }) => path.endsWith('.parquet') && dayOf(path) <= to))
        if (dayOf(found.at(-1)?.path ?? '') > to) break
      }
    }
  return files
}

const dayOf = (path: string): string => /\/day=([^/]+)\//.exec(path)?.[1] ?? ''

const accountsOf = async (s3: S3Client, bucket: string, table: string): Promise<readonly string[]> => {
  const accounts: string[] = []
  const below = { Bucket: bucket, Prefix: `${table}/`, Delimiter: '/' }
  for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: s3 }, below))
    accounts.push(...CommonPrefixes.flatMap(({ Prefix }) => Prefix ?? []))
  return accounts
}
