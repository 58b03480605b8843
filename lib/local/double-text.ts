/** A double as Java's Double.toString writes it, which is what Trino and Athena show: `0.5`, `1.0E10`, `NaN`. */
export const doubleText = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size >= 1e-3 && size < 1e7) return withFraction(String(value))
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${withFraction(digits)}E${Number(exponent)}`
}

const withFraction = (text: string): string => (text.includes('.') ? text : `${text}.0`)

/** A double as Trino's CAST to varchar writes it: always with an exponent, `5.0E-1`, but `0E0`, `NaN` and `Infinity`. */
export const doubleCastText = (value: number): string => {
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0'
  if (!Number.isFinite(value)) return doubleText(value)
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${withFraction(digits)}E${Number(exponent)}`
}
