/** A spot on the globe: degrees, and the kilometres within which it is meant. */
export interface Spot {
  readonly latitude: number
  readonly longitude: number
  readonly radius: number
}

/** Mean radius of the Earth, kilometres. */
const EARTH = 6371
const RADIANS = Math.PI / 180

/** Kilometres that lie between two spots at least: along the great circle, less both radii. */
export const kilometresApart = (a: Spot, b: Spot): number => {
  const north = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2) ** 2
  const east = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2) ** 2
  const chord = north + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * east
  return Math.max(0, 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord))) - a.radius - b.radius)
}
