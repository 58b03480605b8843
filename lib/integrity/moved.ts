import { belowLogs, folderPlace, isS3 } from './place.ts'
import type { DigestFacts, ReadDigest } from './read-digest.ts'

/** Was this digest delivered where it was found? Answers what is wrong, or `undefined`. */
export type MovedCheck = (read: ReadDigest, digest: DigestFacts) => string | undefined

/**
 * A signature covers bucket and key, so a copy elsewhere is a replay. In S3 both must be equal to the letter. In a
 * folder the bucket is learned from the digests: the one most of them name, or one that the chain itself leads into or out
 * of (a trail may change its bucket); and folders before `AWSLogs/` do not count.
 */
export const movedCheck = (reads: readonly ReadDigest[]): MovedCheck => {
  const known = folderBuckets(reads)
  const isLinked = linkedPlaces(reads)
  return (read, digest) => {
    const found = `s3://${read.object.bucket}/${read.object.key}`
    if (isS3(read.object)) {
      const same = digest.bucket === read.object.bucket && digest.key === read.object.key
      return same
        ? undefined
        : `it was delivered as s3://${digest.bucket}/${digest.key}, and was found as ${found}`
    }
    if (belowLogs(digest.key) !== belowLogs(read.object.key)) {
      return `it was delivered as ${digest.key}, and was found as ${read.object.key}`
    }
    const bucket = known.get(folderOf(read))
    if (bucket === digest.bucket || isLinked(digest)) return undefined
    return `it was delivered to the bucket ${digest.bucket}, the digests around it to ${bucket}`
  }
}

const folderBuckets = (reads: readonly ReadDigest[]): ReadonlyMap<string, string> => {
  const votes = new Map<string, Map<string, number>>()
  for (const read of reads) {
    const { object, content } = read
    if (!content.ok || isS3(object)) continue
    const box = votes.get(folderOf(read)) ?? new Map<string, number>()
    votes.set(folderOf(read), box)
    box.set(content.digest.bucket, (box.get(content.digest.bucket) ?? 0) + 1)
  }
  return new Map(
    [...votes].map(([label, box]) => [label, [...box].sort((a, b) => b[1] - a[1])[0]![0]] as const),
  )
}

/** What is before `AWSLogs/`: buckets may lie side by side, each in its folder. */
const folderOf = ({ object }: ReadDigest): string =>
  `${object.bucket ?? ''}/${object.key.slice(0, object.key.length - belowLogs(object.key).length)}`

const linkedPlaces = (reads: readonly ReadDigest[]): ((digest: DigestFacts) => boolean) => {
  const present = new Set(reads.map((read) => folderPlace(undefined, read.object.key)))
  const named = new Set<string>()
  for (const { content } of reads) {
    const link = content.ok ? content.digest.previous : undefined
    if (link) named.add(`${link.bucket}/${belowLogs(link.key)}`)
  }
  return (digest) =>
    named.has(`${digest.bucket}/${belowLogs(digest.key)}`) ||
    (digest.previous !== undefined && present.has(folderPlace(undefined, digest.previous.key)))
}
