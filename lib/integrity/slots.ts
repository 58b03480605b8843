/** One digest an hour, per account, Region and trail, empty hours included (milliseconds). */
export const HOUR = 3_600_000

export interface Slot {
  readonly from: number
  readonly to: number
}

/** A year and a month: whatever a forged time claims, no report grows beyond this many lines for one hole. */
const MAX_SLOTS = 24 * 400

/**
 * The hours between two times, newest first, at least one. Digests end at a fixed offset in the hour, so hours are
 * counted back from `to`; an odd remainder belongs to the oldest. `rest` is what is beyond the cap.
 */
export const hourlySlots = (from: number, to: number): { slots: readonly Slot[]; rest: Slot | undefined } => {
  if (to <= from) return { slots: [], rest: undefined }
  const count = Math.max(1, Math.round((to - from) / HOUR))
  const shown = Math.min(count, MAX_SLOTS)
  const slots = Array.from({ length: shown }, (_, index) => ({
    from: index === count - 1 ? from : to - (index + 1) * HOUR,
    to: to - index * HOUR,
  }))
  return { slots, rest: count > shown ? { from, to: to - shown * HOUR } : undefined }
}

/** The key that the digest ending at `end` has, from the key of another digest of its chain. */
export const keyAt = (key: string, end: number): string => {
  const iso = new Date(end).toISOString()
  const day = iso.slice(0, 10).replaceAll('-', '/')
  const stamp = iso.slice(0, 19).replaceAll(/[-:]/g, '')
  return key.replace(
    /\/\d{4}\/\d{2}\/\d{2}\/([^/]+)_\d{8}T\d{6}Z(_backfill)?\.json\.gz$/,
    (_all, head: string, backfill = '') => `/${day}/${head}_${stamp}Z${backfill}.json.gz`,
  )
}
