/** A partition of log files as the catalog has it. */
export interface DeliveredPartition {
  /** Values of the partition's keys, in the order of the table. */
  readonly values: readonly string[]
  /** YYYY/MM/DD. */
  readonly day: string
  /** `s3://bucket/.../` of its objects. */
  readonly location: string
}

export interface ExpiryOptions {
  readonly partitions: AsyncIterable<DeliveredPartition>
  readonly bucket: string
  /** Only days before this one, YYYY/MM/DD: younger ones may still be waiting for their first file. */
  readonly before: string
  /** Anything lies below this key prefix. */
  readonly hasObjects: (prefix: string) => Promise<boolean>
  readonly mustStop?: () => boolean
}

/**
 * Partitions whose objects a lifecycle rule has taken away. What expires does so from the oldest day on: of each account and Region the
 * days are asked for from the oldest to the first that still has objects, so that a night costs one listing a place, and one more
 * for each day that is gone. Partitions elsewhere than in the bucket are left alone.
 */
export async function* expiredPartitions(options: ExpiryOptions): AsyncGenerator<DeliveredPartition> {
  const root = `s3://${options.bucket}/`
  const places = new Map<string, DeliveredPartition[]>()
  for await (const { values, day, location } of options.partitions) {
    if (day >= options.before || !location.startsWith(root) || !location.endsWith(`/${day}/`)) continue
    const place = location.slice(0, -`${day}/`.length)
    const known = places.get(place)
    if (known) known.push({ values, day, location })
    else places.set(place, [{ values, day, location }])
  }
  for (const partitions of places.values()) {
    for (const partition of partitions.sort((a, b) => (a.day < b.day ? -1 : 1))) {
      if (options.mustStop?.()) return
      if (await options.hasObjects(partition.location.slice(root.length))) break
      yield partition
    }
  }
}
