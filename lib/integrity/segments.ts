/** A stretch of a chain's time. In a `hole` a list of log files is lost; in a `gap` there never was one. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly state: 'covered' | 'hole' | 'gap'
}

const FIRST: readonly Segment['state'][] = ['hole', 'covered', 'gap']

/** The same stretches without overlaps, in order; what touches and says the same is one. A hole wins over all else. */
export const flattened = (segments: readonly Segment[]): Segment[] => {
  const edges = [...new Set(segments.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)
  const flat: Segment[] = []
  for (let index = 1; index < edges.length; index++) {
    const [from, to] = [edges[index - 1]!, edges[index]!]
    const here = segments.filter((one) => one.from < to && one.to > from).map(({ state }) => state)
    const state = FIRST.find((one) => here.includes(one))
    if (!state) continue
    const last = flat.at(-1)
    if (last && last.to === from && last.state === state)
      flat[flat.length - 1] = { from: last.from, to, state }
    else flat.push({ from, to, state })
  }
  return flat
}

/** The parts of `segments` between two times. */
export const clipped = (segments: readonly Segment[], from: number, to: number): Segment[] =>
  segments.flatMap((one) => {
    const part = { from: Math.max(one.from, from), to: Math.min(one.to, to), state: one.state }
    return part.from < part.to ? [part] : []
  })

/** `segments` with one stretch said anew. */
export const patched = (segments: readonly Segment[], patch: Segment): Segment[] => [
  ...clipped(segments, Number.NEGATIVE_INFINITY, patch.from),
  patch,
  ...clipped(segments, patch.to, Number.POSITIVE_INFINITY),
]
