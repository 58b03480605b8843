import type { S3Client } from '@aws-sdk/client-s3'
import { listPages, s3Client } from './log-store.ts'

/** One account and Region of a bucket that holds digest or log files. */
export interface Place {
  readonly bucket: string
  /** `.../AWSLogs/`, with the organization's id where the folders have it. */
  readonly root: string
  readonly account: string
  readonly region: string
}

/** Accounts asked for at the same time. */
const AT_ONCE = 8

/**
 * Every account and Region below `prefix` + `AWSLogs/`, by the common prefixes of the bucket, in order of their folders: two requests
 * for each account. Throws `UsageError` as listing does.
 */
export const placesIn = async (
  bucket: string,
  prefix: string,
  client: S3Client = s3Client(),
): Promise<readonly Place[]> => {
  const pages = listPages(client, bucket)
  const foldersOf = async (folder: string): Promise<string[]> => {
    const names: string[] = []
    for await (const { folders } of pages({ prefix: folder, delimiter: '/' })) {
      names.push(...folders.map((name) => name.slice(folder.length, -1)))
    }
    return names
  }
  const top = `${prefix}AWSLogs/`
  const below = await foldersOf(top)
  const organizations = below.filter((name) => /^o-[a-z0-9]{4,32}$/.test(name))
  const roots = [top, ...organizations.map((name) => `${top}${name}/`)]
  const accounts = await Promise.all(
    roots.map(async (root) => {
      const names = root === top ? below : await foldersOf(root)
      return names.filter((name) => /^\d{12}$/.test(name)).map((account) => ({ root, account }))
    }),
  )
  const open = accounts.flat()
  const places: Place[] = []
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next; next = open.shift()) {
      const { root, account } = next
      const regions = await Promise.all(
        ['CloudTrail', 'CloudTrail-Digest'].map((kind) => foldersOf(`${root}${account}/${kind}/`)),
      )
      for (const region of new Set(regions.flat())) {
        if (/^[a-z0-9-]+$/.test(region)) places.push({ bucket, root, account, region })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return places.sort((a, b) => (nameOfPlace(a) < nameOfPlace(b) ? -1 : 1))
}

/** `AWSLogs/111122223333/us-east-1`: the order of a sweep, and its checkpoint. */
export const nameOfPlace = ({ root, account, region }: Place): string => `${root}${account}/${region}`
