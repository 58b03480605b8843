/**
 * Does an event of EventBridge match a pattern? Written from the documentation, for the operators our patterns use.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export const matchesPattern = (pattern: unknown, event: unknown): boolean => {
  const entries = Object.entries(pattern as Record<string, unknown>)
  return entries.every(([name, wanted]) => {
    if (name === '$or') return (wanted as unknown[]).some((one) => matchesPattern(one, event))
    const values = [event].flat().map((one) => (one as Record<string, unknown> | null | undefined)?.[name])
    if (Array.isArray(wanted)) {
      const absent = values.flat().every((value) => value === undefined)
      if (wanted.some((one) => isPresence(one, !absent))) return true
      return values.flat().some((value) => wanted.some((one) => matchesOne(one, value)))
    }
    return values.some((value) => matchesPattern(wanted, isMap(value) ? value : {}))
  })
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null

const isPresence = (matcher: unknown, present: boolean): boolean =>
  isMap(matcher) && (matcher as { exists?: boolean }).exists === present

const matchesOne = (matcher: unknown, value: unknown): boolean => {
  if (typeof matcher !== 'object' || matcher === null) return matcher === value
  const [[operator, argument] = ['', undefined]] = Object.entries(matcher)
  if (typeof value !== 'string') return false
  const fold = typeof argument === 'object' && argument !== null
  const text = fold ? Object.values(argument)[0] : argument
  const [have, want] =
    fold || operator === 'equals-ignore-case'
      ? [value.toLowerCase(), String(text).toLowerCase()]
      : [value, String(text)]
  if (operator === 'equals-ignore-case') return have === want
  if (operator === 'exists') return false
  if (operator === 'prefix') return have.startsWith(want)
  if (operator === 'suffix') return have.endsWith(want)
  throw new Error(`operator ${operator} is not known here`)
}
