/** Bounds of a query, UTC, `YYYY-MM-DD ...`; open where left out. */
export interface AskedRange {
  readonly from?: string
  readonly to?: string
}

const DAY_MS = 86_400_000
const SHOWN = 5

/**
 * What a store cannot answer of a range of time, as sentences: the days before its first, those after its last, and days in between
 * without any event. None when the range lies within what is stored. `days` are YYYY-MM-DD, in any order; others are passed by.
 */
export const coverageNotes = (days: readonly string[], range: AskedRange): readonly string[] => {
  const stored = [...new Set(days.filter((day) => /^\d{4}-\d{2}-\d{2}$/.test(day)))].sort()
  const [first, last] = [stored[0], stored.at(-1)]
  if (!first || !last) return ['the store holds no event of a known day']
  const notes: string[] = []
  const from = range.from?.slice(0, 10)
  const to = range.to?.slice(0, 10)
  if (from && from < first)
    notes.push(`the store begins on ${first}: nothing is known of the days before, from ${from}`)
  if (to && to > last)
    notes.push(`the store ends on ${last}: nothing is known of the days after, up to ${to}`)
  const gaps = missing(stored, from && from > first ? from : first, to && to < last ? to : last)
  if (gaps.length > 0) {
    const more = gaps.length > SHOWN ? ` and ${gaps.length - SHOWN} more` : ''
    notes.push(`no event is stored for ${gaps.slice(0, SHOWN).join(', ')}${more}`)
  }
  return notes
}

/** Days from `from` to `to` that are not stored. */
const missing = (stored: readonly string[], from: string, to: string): readonly string[] => {
  const have = new Set(stored)
  const gaps: string[] = []
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10)
    if (!have.has(day)) gaps.push(day)
  }
  return gaps
}
