import { accountOf, actorOf, at, type CloudTrailEvent, isObject, text } from '../trail/event.ts'
import { type GrantFacts, grantFactsOf } from './grant.ts'
import { type NetworkFacts, networkFactsOf } from './network.ts'
import { accountIn, type PolicyFacts, policyFactsOf } from './policy.ts'
import { scalarText } from './scalar.ts'
import type { Subject } from './sigma/path.ts'

/** Derived fields of the event at hand. One object serves all events: `of` turns to the next and forgets the last. */
export interface Derived extends Subject {
  of(event: CloudTrailEvent): void
}

interface Source {
  readonly event: CloudTrailEvent
  readonly policy: () => PolicyFacts
  readonly grant: () => GrantFacts
  readonly network: () => NetworkFacts
  /** Those that are neither the event's own account nor known. */
  readonly outside: (accounts: readonly string[]) => readonly string[]
}

/** The `ct.*` fields: meanings that one field of the event alone does not carry. */
const FIELDS: Readonly<Record<string, (source: Source) => unknown>> = {
  'ct.success': ({ event }) => succeeded(event),
  'ct.write': ({ event }) => writes(event),
  'ct.actor': ({ event }) => text(actorOf(event)),
  'ct.longTermKey': ({ event }) =>
    text(at(event, 'userIdentity', 'accessKeyId'))?.startsWith('AKIA') ?? false,
  'ct.service': ({ event }) => text(event.eventSource)?.replace(/\.amazonaws\.com$/, ''),
  'ct.policy.public': ({ policy }) => policy().public,
  'ct.policy.adminAll': ({ policy }) => policy().adminAll,
  'ct.policy.denyAll': ({ policy }) => policy().denyAll,
  'ct.policy.escalation': ({ policy }) => someOf(policy().escalations()),
  'ct.policy.externalAccounts': ({ policy, outside }) => someOf(outside(policy().accounts)),
  'ct.grant.public': ({ grant }) => grant().public,
  'ct.grant.external': ({ grant, outside }) => outside(grant().accounts).length > 0,
  'ct.net.world': ({ network }) => network().world,
  'ct.net.worldSensitive': ({ network }) => network().worldSensitive,
  'ct.kms.external': ({ event, outside }) => outside(kmsAccountsOf(event)).length > 0,
}

export const DERIVED_FIELDS: ReadonlySet<string> = new Set(Object.keys(FIELDS))

/**
 * Computes derived fields when a rule asks for one; what takes a search, once per event. `knownAccounts` are the owner's own and trusted
 * accounts (12 digits): sharing with them is not sharing outside.
 */
export const makeDerived = (knownAccounts: Iterable<string> = []): Derived => {
  const known = new Set(knownAccounts)
  let current: CloudTrailEvent = {}
  let policy: PolicyFacts | undefined
  let grant: GrantFacts | undefined
  let network: NetworkFacts | undefined
  const source: Source = {
    get event() {
      return current
    },
    policy: () => (policy ??= policyFactsOf(current.requestParameters)),
    grant: () => (grant ??= grantFactsOf(current)),
    network: () => (network ??= networkFactsOf(current.requestParameters)),
    outside: (accounts) => {
      if (accounts.length === 0) return accounts
      const own = accountOf(current)
      return accounts.filter((id) => id !== own && !known.has(id))
    },
  }
  return {
    of: (event) => {
      if (event === current) return
      current = event
      policy = undefined
      grant = undefined
      network = undefined
    },
    derived: (name) => FIELDS[name]?.(source),
  }
}

/** An empty list means the field is not there. */
const someOf = (list: readonly string[]): readonly string[] | undefined =>
  list.length > 0 ? list : undefined

/** Managed Grafana writes the status 200 as error code of a success. */
const isError = (code: unknown): boolean =>
  code !== undefined && code !== null && code !== '' && scalarText(code) !== '200'

/**
 * Did the call take effect? A failed console login has an error message but no error code.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
 */
const succeeded = (event: CloudTrailEvent): boolean => {
  if (isError(event.errorCode)) return false
  if (event.errorCode !== '200' && text(event.errorMessage)) return false
  return event.eventName !== 'ConsoleLogin' || at(event, 'responseElements', 'ConsoleLogin') === 'Success'
}

const READS = /^(Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|BatchGet|View|Download|Check)/

/** Does the call change anything? Old events do not say; their names do. */
const writes = (event: CloudTrailEvent): boolean => {
  const { readOnly, eventName } = event
  if (readOnly !== undefined && readOnly !== null) return scalarText(readOnly).toLowerCase() !== 'true'
  return typeof eventName === 'string' && !READS.test(eventName)
}

const BUCKET_KEY = [
  'ServerSideEncryptionConfiguration',
  'Rule',
  'ApplyServerSideEncryptionByDefault',
  'KMSMasterKeyID',
]

const kmsAccountsOf = (event: CloudTrailEvent): readonly string[] => {
  const request = event.requestParameters
  if (!isObject(request)) return []
  const key = request['x-amz-server-side-encryption-aws-kms-key-id'] ?? at(request, ...BUCKET_KEY)
  if (key === undefined) return []
  if (Array.isArray(key)) return key.flatMap((one) => accountIn(one) ?? [])
  const account = accountIn(key)
  return account === undefined ? [] : [account]
}
