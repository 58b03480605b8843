import { isMap, LineCounter, parseDocument } from 'yaml'
import { ContentError, messageOf } from '../errors.ts'
import { isObject, text } from '../trail/event.ts'
import { shapeOf } from '../trail/log-file.ts'
import { checkKnownNetwork } from './baseline/surroundings.ts'
import { placeIn } from './sigma/place.ts'
import { networkOf, type Suppression } from './suppress.ts'
import { parseWorkingHours, type WorkingHours } from './working-hours.ts'

/** What the owner knows and the rules cannot: `trailwarden.yml`. */
export interface Config {
  /** Own and trusted accounts, 12 digits. */
  readonly knownAccounts: readonly string[]
  /** Globs over ARNs and unique ids that are never contained. */
  readonly protectedPrincipals: readonly string[]
  /** ARNs of principals that get the owner back in: never contained, and one must be alive. */
  readonly breakGlass: readonly string[]
  readonly suppressions: readonly Suppression[]
  /** Ids of rules on trial. */
  readonly shadow: readonly string[]
  /** Packs of rules to load besides. */
  readonly packs: readonly string[]
  /** Report denied attempts, one level lower. */
  readonly attempts: boolean
  /** Values of `%name%` in rules with the modifier `expand`. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>
  /** Types of containment actions of tier 2 that may go on their own in mode enforce. */
  readonly automatic: readonly string[]
  /** Files that say where addresses are, in MaxMind's format; relative to this one. */
  readonly networkDatabases: readonly string[]
  /** Addresses, networks and providers that say nothing about where a person is. */
  readonly knownNetworks: readonly string[]
  /** When people work; changes in the console at other times are told. Off when left out. */
  readonly workingHours?: WorkingHours
  /** Who answers for what is contained; empty when nobody is named. */
  readonly owner: string
  /** Containments on their own in an hour; the last `reserved` of them are for critical findings. */
  readonly budget?: { readonly perHour: number; readonly reserved: number }
  /** The organization the account belongs to: what service control policies need to know. */
  readonly organization?: { readonly managementAccountId: string; readonly exempt: readonly string[] }
}

export const NO_CONFIG: Config = {
  knownAccounts: [],
  protectedPrincipals: [],
  breakGlass: [],
  suppressions: [],
  shadow: [],
  packs: [],
  attempts: false,
  placeholders: {},
  automatic: [],
  networkDatabases: [],
  knownNetworks: [],
  owner: '',
}

const KEYS = [...Object.keys(NO_CONFIG), 'budget', 'organization', 'workingHours']
/** A pattern names nobody whose life can be looked at. */
const BREAK_GLASS = /^arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[^*?]+$/
/** Of an account the owner names: `*` alone would exempt everybody. */
const EXEMPT = /^arn:aws[a-z-]*:iam::(?:\d{12}|\*):(?:user|role)\/\S+$/
const SUPPRESSION_KEYS = ['rule', 'actor', 'account', 'sourceIp', 'owner', 'reason', 'until']

type Fail = (message: string, ...path: readonly (string | number)[]) => ContentError

/** Reads `trailwarden.yml`. Throws `ContentError` that names file, line, key, and what was expected. */
export const parseConfig = (file: string, source: string): Config => {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, schema: 'failsafe' })
  const [broken] = document.errors
  if (broken) {
    const line = broken.linePos?.[0].line
    throw new ContentError(file, `not valid YAML: ${broken.message.split('\n')[0]}`, line ? { line } : {})
  }
  if (document.contents === null) return NO_CONFIG
  const { fail } = placeIn(file, document, lines)
  const raw: unknown = document.toJS()
  if (!isMap(document.contents) || !isObject(raw)) throw fail(`expected a map, found ${shapeOf(raw)}`)
  const unknown = Object.keys(raw).find((key) => !KEYS.includes(key))
  if (unknown) throw fail(`unknown key ${unknown}; expected ${KEYS.join(', ')}`, unknown)
  return {
    knownAccounts: textsOf(raw, 'knownAccounts', fail, /^\d{12}$/, 'accounts of 12 digits'),
    protectedPrincipals: textsOf(raw, 'protectedPrincipals', fail),
    breakGlass: textsOf(raw, 'breakGlass', fail, BREAK_GLASS, 'full ARNs of IAM users or roles'),
    suppressions: listOf(raw, 'suppressions', fail).map((one, i) => suppressionOf(one, i, fail)),
    shadow: textsOf(raw, 'shadow', fail),
    packs: textsOf(raw, 'packs', fail),
    attempts: flagOf(raw['attempts'], fail),
    placeholders: placeholdersOf(raw['placeholders'], fail),
    automatic: textsOf(raw, 'automatic', fail, /^[a-z]+(?:-[a-z]+)+$/, 'types of actions such as deny-role'),
    networkDatabases: textsOf(raw, 'networkDatabases', fail, /\S/, 'names of files'),
    knownNetworks: textsOf(raw, 'knownNetworks', fail).map((one, i) => knownNetworkOf(one, i, fail)),
    owner: ownerOf(raw['owner'], fail),
    ...(isGiven(raw['workingHours']) && { workingHours: parseWorkingHours(raw['workingHours'], fail) }),
    ...(isGiven(raw['budget']) && { budget: budgetOf(raw['budget'], fail) }),
    ...(isGiven(raw['organization']) && { organization: organizationOf(raw['organization'], fail) }),
  }
}

const knownNetworkOf = (name: string, index: number, fail: Fail): string => {
  try {
    checkKnownNetwork(name)
    return name
  } catch (error) {
    throw fail(
      `knownNetworks: expected addresses, networks or providers such as AS64496, found ${JSON.stringify(name)} (${messageOf(error)})`,
      'knownNetworks',
      index,
    )
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== ''

const ownerOf = (owner: unknown, fail: Fail): string => {
  if (owner === undefined) return ''
  if (typeof owner === 'string') return owner
  throw fail(`owner: expected a text, found ${shapeOf(owner)}`, 'owner')
}

/** A map that has these keys and no others. */
const mapOf = (
  value: unknown,
  key: string,
  known: readonly string[],
  fail: Fail,
): Record<string, unknown> => {
  if (!isObject(value)) throw fail(`${key}: expected a map, found ${shapeOf(value)}`, key)
  const unknown = Object.keys(value).find((name) => !known.includes(name))
  if (unknown) throw fail(`${key}: unknown key ${unknown}; expected ${known.join(', ')}`, key, unknown)
  return value
}

/** More than this in an hour is no budget. */
const MOST_PER_HOUR = 1000

const budgetOf = (raw: unknown, fail: Fail): NonNullable<Config['budget']> => {
  const budget = mapOf(raw, 'budget', ['perHour', 'reserved'], fail)
  const count = (name: string, most: number, otherwise: string): number => {
    const found = budget[name] ?? otherwise
    if (typeof found === 'string' && /^\d{1,4}$/.test(found) && Number(found) <= most) return Number(found)
    throw fail(
      `budget.${name}: expected a whole number from 0 to ${most}, found ${JSON.stringify(found)}`,
      'budget',
      name,
    )
  }
  const perHour = count('perHour', MOST_PER_HOUR, 'nothing')
  return { perHour, reserved: count('reserved', perHour, '0') }
}

const organizationOf = (raw: unknown, fail: Fail): NonNullable<Config['organization']> => {
  const organization = mapOf(raw, 'organization', ['managementAccountId', 'exempt'], fail)
  const managementAccountId = organization['managementAccountId']
  if (typeof managementAccountId !== 'string' || !/^\d{12}$/.test(managementAccountId))
    throw fail(
      `organization.managementAccountId: expected 12 digits, found ${JSON.stringify(managementAccountId) ?? 'nothing'}`,
      'organization',
    )
  const inside: Fail = (message, ...path) => fail(`organization.${message}`, 'organization', ...path)
  const exempt = textsOf(organization, 'exempt', inside, EXEMPT, 'patterns over ARNs of IAM principals')
  return { managementAccountId, exempt }
}

const listOf = (raw: Record<string, unknown>, key: string, fail: Fail): readonly unknown[] => {
  const list = raw[key] ?? []
  if (Array.isArray(list)) return list
  if (list === '') return []
  throw fail(`${key}: expected a list, found ${shapeOf(list)}`, key)
}

const textsOf = (
  raw: Record<string, unknown>,
  key: string,
  fail: Fail,
  shape = /\S/,
  expected = 'texts',
): readonly string[] =>
  listOf(raw, key, fail).map((entry, i) => {
    if (typeof entry === 'string' && shape.test(entry)) return entry
    throw fail(`${key}: expected ${expected}, found ${JSON.stringify(entry)}`, key, i)
  })

const flagOf = (flag: unknown, fail: Fail): boolean => {
  if (flag === undefined || flag === 'true' || flag === 'false') return flag === 'true'
  throw fail(`attempts: expected true or false, found ${JSON.stringify(flag)}`, 'attempts')
}

const placeholdersOf = (raw: unknown, fail: Fail): Config['placeholders'] => {
  if (raw === undefined || raw === '') return {}
  if (!isObject(raw)) throw fail(`placeholders: expected a map, found ${shapeOf(raw)}`, 'placeholders')
  return Object.fromEntries(Object.keys(raw).map((name) => [name, textsOf(raw, name, fail)]))
}

const suppressionOf = (raw: unknown, index: number, fail: Fail): Suppression => {
  const path = ['suppressions', index] as const
  const wrong = (message: string) => fail(`suppression ${index + 1}: ${message}`, ...path)
  if (!isObject(raw)) throw wrong(`expected a map, found ${shapeOf(raw)}`)
  const unknown = Object.keys(raw).find((key) => !SUPPRESSION_KEYS.includes(key))
  if (unknown) throw wrong(`unknown key ${unknown}; expected ${SUPPRESSION_KEYS.join(', ')}`)
  const need = (key: string): string => {
    const value = text(raw[key])
    if (!value) throw wrong(`${key}: expected a text, found ${JSON.stringify(raw[key]) ?? 'none'}`)
    return value
  }
  const until = need('until')
  if (Number.isNaN(Date.parse(until)) || !/^\d{4}-\d{2}-\d{2}$/.test(until)) {
    throw wrong(`until: expected a day such as 2026-12-31, found ${JSON.stringify(until)}`)
  }
  const account = text(raw['account'])
  if (account && !/^\d{12}$/.test(account))
    throw wrong(`account: expected 12 digits, found ${JSON.stringify(account)}`)
  return {
    rule: need('rule'),
    owner: need('owner'),
    reason: need('reason'),
    until,
    ...(raw['actor'] !== undefined && { actor: need('actor') }),
    ...(account && { account }),
    ...(raw['sourceIp'] !== undefined && { sourceIp: networksOf(raw['sourceIp'], wrong) }),
  }
}

const networksOf = (raw: unknown, wrong: (message: string) => ContentError): readonly string[] =>
  (Array.isArray(raw) ? raw : [raw]).map((one) => {
    try {
      networkOf(String(one))
      return String(one)
    } catch (error) {
      throw wrong(
        `sourceIp: expected addresses or networks, found ${JSON.stringify(one)} (${messageOf(error)})`,
      )
    }
  })
