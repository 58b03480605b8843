import type { LocatedEvent } from '../../ports.ts'
import { at, text } from '../../trail/event.ts'
import { DAY, type Facts } from './facts.ts'
import { agentFamily, networkIn } from './places.ts'
import type { Scope, SeenTable } from './seen.ts'
import { type Trigger, triggerOf } from './trigger.ts'

/** Something that is worth knowing when it is seen for the first time. */
export interface Habit {
  readonly id: string
  /** Whose habit it is. */
  readonly of: 'account' | 'principal' | 'role' | 'key' | 'session'
  /** `eventName` of the observation that rules see. */
  readonly observed: string
  /** Days after which a value is new again. */
  readonly memoryDays: number
  /** Values of one account, principal, ... that are remembered. */
  readonly most: number
  /** Only new beside one that is known for as long as it takes to learn: before, nobody looked. */
  readonly beside?: true
}

const habit = (
  id: string,
  of: Habit['of'],
  observed: string,
  most: number,
  memoryDays: number = 30,
): Habit => ({ id, of, observed, most, memoryDays })

export const ACCOUNT_REGION = habit('account-region', 'account', 'RegionFirstUsed', 64)
export const ACCOUNT_CALL = habit('account-call', 'account', 'CallFirstMade', 5000)
export const ACCOUNT_IDENTITY = habit('account-identity', 'account', 'IdentityTypeFirstSeen', 16)
export const PRINCIPAL_SERVICE = habit('principal-service', 'principal', 'ServiceFirstUsed', 128)
export const PRINCIPAL_NETWORK = habit('principal-network', 'principal', 'NetworkFirstUsed', 64)
export const PRINCIPAL_AGENT = habit('principal-agent', 'principal', 'AgentFirstUsed', 64)
export const PRINCIPAL_COUNTRY: Habit = {
  ...habit('principal-country', 'principal', 'CountryFirstUsed', 64),
  beside: true,
}
export const PRINCIPAL_ASN: Habit = {
  ...habit('principal-asn', 'principal', 'ProviderFirstUsed', 64),
  beside: true,
}
export const ROLE_CALLER = habit('role-caller', 'role', 'RoleCallerFirstSeen', 256)
/** Not what is new, but what comes back. */
export const KEY_USE = habit('key-use', 'account', 'CredentialUsedAgain', 10_000, 90)
/** Not compared with the past: these contradict each other. */
export const KEY_NETWORK = habit('key-network', 'key', 'KeyMovedEarly', 16)
export const KEY_MADE = habit('key-made', 'key', 'KeyMade', 4)
export const SESSION_NETWORK = habit('session-network', 'session', 'SessionMoved', 16)

/** What is reported when it is new. */
export const NOVELTIES: readonly Habit[] = [
  ACCOUNT_REGION,
  ACCOUNT_CALL,
  ACCOUNT_IDENTITY,
  PRINCIPAL_SERVICE,
  PRINCIPAL_NETWORK,
  PRINCIPAL_AGENT,
  PRINCIPAL_COUNTRY,
  PRINCIPAL_ASN,
  ROLE_CALLER,
]

/** Notes in the table what an event says about habits. */
export const noteHabits = (table: SeenTable, facts: Facts, located: LocatedEvent): void => {
  const { event } = located
  const { time } = facts
  let trigger: Trigger | undefined
  const begin = () => {
    trigger ??= triggerOf(located)
    return trigger
  }
  const see = (scope: Scope, { id, most, memoryDays }: Habit, value: string) => {
    table.see(scope, { habit: id, value, time, most, memory: memoryDays * DAY }, begin)
  }
  const account = table.scope('account', facts.account, time)
  const type = text(event.userIdentity?.type)
  if (type) see(account, ACCOUNT_IDENTITY, type)
  // to sign in is not to change a service: that is a habit of its own
  const login = facts.name === 'ConsoleLogin' && !text(event.errorMessage)
  const changes = facts.write && facts.management && !facts.error && facts.source !== 'signin.amazonaws.com'
  if (changes) {
    see(account, ACCOUNT_REGION, facts.region)
    see(account, ACCOUNT_CALL, `${facts.source} ${facts.name}`)
  }
  const key = text(event.userIdentity?.accessKeyId) ?? ''
  const longTerm = key.startsWith('AKIA')
  if (longTerm) see(account, KEY_USE, key)
  else if (login && type === 'IAMUser') see(account, KEY_USE, facts.actor)

  // who comes from another account, or from none, has habits that this account cannot know
  if (facts.actor && type && type !== 'AWSAccount' && type !== 'Unknown') {
    const principal = table.scope('principal', facts.actor, time)
    if (changes) see(principal, PRINCIPAL_SERVICE, facts.source)
    if (changes || longTerm || login) {
      const agent = agentFamily(event)
      if (agent) see(principal, PRINCIPAL_AGENT, agent)
    }
    if (longTerm || login) {
      const network = networkIn(event)
      if (network) see(principal, PRINCIPAL_NETWORK, network)
    }
  }
  if (facts.name === 'AssumeRole' && !facts.error) {
    const role = text(at(event.requestParameters, 'roleArn'))
    const caller = type === 'AWSAccount' ? text(event.userIdentity?.accountId) : facts.actor
    if (role && caller) see(table.scope('role', role, time), ROLE_CALLER, caller)
  }
  noteCredentials(table, facts, located, see)
}

/** Sessions of instances are named after them. */
const INSTANCE_SESSION = /:assumed-role\/[^/]+\/i-[0-9a-f]{8,17}$/

type See = (scope: Scope, habit: Habit, value: string) => void

/** Where credentials are used, and where long-term keys were made. */
const noteCredentials = (table: SeenTable, facts: Facts, { event }: LocatedEvent, see: See): void => {
  const { time } = facts
  const key = text(event.userIdentity?.accessKeyId) ?? ''
  if (facts.name === 'CreateAccessKey' && !facts.error) {
    const made = text(at(event.responseElements, 'accessKey', 'accessKeyId'))
    const network = networkIn(event)
    if (made && network) see(table.scope('key', made, time), KEY_MADE, network)
  }
  const arn = text(event.userIdentity?.arn) ?? ''
  const session = arn.includes('/i-') && key.startsWith('ASIA') && INSTANCE_SESSION.test(arn)
  if (!session && !key.startsWith('AKIA')) return
  const network = networkIn(event)
  if (!network) return
  if (session) see(table.scope('session', key, time), SESSION_NETWORK, network)
  else see(table.scope('key', key, time), KEY_NETWORK, network)
}
