import ipaddr from 'ipaddr.js'
import { RE2JS } from 're2js'
import type { TextTest } from './pattern.ts'
import { requiredRuns } from './required-text.ts'

const COMPARISONS = ['lt', 'lte', 'gt', 'gte']
const DATE_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year']

/** Modifiers that read a value otherwise than as a pattern. */
export const VALUE_OPERATORS: readonly string[] = ['re', 'cidr', ...COMPARISONS, ...DATE_PARTS]

/** The test that such a modifier makes of one value. Throws `Error` when the value cannot be used with it. */
export const operatorTest = (operator: string, modifiers: readonly string[], text: string): TextTest => {
  if (operator === 're') return regexTest(text, modifiers)
  if (operator === 'cidr') return cidrTest(text)
  const wanted = Number(text)
  if (text.trim() === '' || Number.isNaN(wanted)) {
    throw new Error(`${operator}: expected a number, found ${JSON.stringify(text)}`)
  }
  if (DATE_PARTS.includes(operator)) return (value) => datePart(operator, value) === wanted
  return (value) => value.trim() !== '' && compares(operator, Number(value), wanted)
}

const compares = (operator: string, value: number, wanted: number): boolean => {
  if (operator === 'lt') return value < wanted
  if (operator === 'lte') return value <= wanted
  return operator === 'gt' ? value > wanted : value >= wanted
}

/** Part of a UTC time; the week is ISO 8601's. */
const datePart = (part: string, value: string): number => {
  const date = new Date(value)
  switch (part) {
    case 'minute':
      return date.getUTCMinutes()
    case 'hour':
      return date.getUTCHours()
    case 'day':
      return date.getUTCDate()
    case 'month':
      return date.getUTCMonth() + 1
    case 'year':
      return date.getUTCFullYear()
  }
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000)
  return Math.ceil(((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7)
}

/** Linear-time regex, so that a user agent cannot hang a rule. `(?i)` at the start is a flag. */
const regexTest = (source: string, modifiers: readonly string[]): TextTest => {
  const has = (...names: readonly string[]) => names.some((name) => modifiers.includes(name))
  const flags =
    (has('i', 'ignorecase') ? RE2JS.CASE_INSENSITIVE : 0) |
    (has('m', 'multiline') ? RE2JS.MULTILINE : 0) |
    (has('s', 'dotall') ? RE2JS.DOTALL : 0) |
    (/\(\?<[=!]/.test(source) ? RE2JS.LOOKBEHINDS : 0)
  try {
    const regex = RE2JS.compile(source, flags)
    const alternatives = requiredRuns(source)
    if (!alternatives) return (value) => regex.test(value)
    return (value) => mayHold(value, alternatives) && regex.test(value)
  } catch (error) {
    throw new Error(`re: not a linear-time regular expression: ${(error as Error).message}`, { cause: error })
  }
}

/** Letters outside ASCII fold in ways of their own: the expression itself must look at them. */
const mayHold = (value: string, alternatives: readonly (readonly string[])[]): boolean => {
  const folded = value.toLowerCase()
  const holds = (text: string) => folded.includes(text)
  return alternatives.some((texts) => texts.every(holds)) || /[^\0-\x7f]/.test(value)
}

/** Only an address can lie in a network; service names such as `config.amazonaws.com` never do. */
const cidrTest = (source: string): TextTest => {
  let network: [ipaddr.IPv4 | ipaddr.IPv6, number]
  try {
    network = ipaddr.parseCIDR(source)
  } catch (error) {
    throw new Error(`cidr: expected a network such as 192.0.2.0/24, found ${JSON.stringify(source)}`, {
      cause: error,
    })
  }
  const inside = (text: string): boolean => {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return false
    const address = ipaddr.process(text)
    return address.kind() === network[0].kind() && address.match(network)
  }
  return (value) =>
    value.includes(',') ? value.split(',').some((part) => inside(part.trim())) : inside(value)
}
