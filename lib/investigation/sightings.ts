import { accountOf, at, type CloudTrailEvent, identityOf, text } from '../trail/event.ts'

/** A credential as the events show it at work. */
export interface Sighting {
  readonly accessKeyId: string
  readonly principalId: string
  readonly arn: string
  readonly accountId: string
  /** AROA... and ARN of the role behind a session. */
  readonly issuerId: string
  readonly issuerArn: string
  /** When the session was made, UTC ISO; nothing for long-term keys. */
  readonly created?: string
  first: string
  last: string
  /** Successful events and refused ones. */
  events: number
  denied: number
}

/** Which credentials act for whom, as events come by in any order. */
export const sightings = (limit: number) => {
  const byKey = new Map<string, Sighting>()
  const byPrincipal = new Map<string, Set<string>>()
  const byArn = new Map<string, Set<string>>()
  let left = 0

  const relate = (index: Map<string, Set<string>>, name: string, id: string) => {
    if (name === '') return
    const set = index.get(name)
    if (set) set.add(id)
    else index.set(name, new Set([id]))
  }

  /** `true` when the event's credential is counted; at the limit new ones are only counted as left out. */
  const add = (event: CloudTrailEvent): boolean => {
    const time = text(event.eventTime)
    const who = identityOf(event)
    if (time === undefined || who.accessKeyId === '') return false
    const known = byKey.get(who.accessKeyId)
    if (known) return count(known, event, time)
    if (byKey.size >= limit) {
      left++
      return false
    }
    const made = sightingOf(event, time)
    byKey.set(who.accessKeyId, made)
    for (const id of principalsOf(made)) relate(byPrincipal, id, who.accessKeyId)
    for (const [arn, id] of [
      [made.arn, made.principalId],
      [made.issuerArn, made.issuerId],
      [userOf(made), made.principalId],
    ] as const)
      relate(byArn, arn, id)
    return count(made, event, time)
  }

  return {
    add,
    ofKey: (key: string): Sighting | undefined => byKey.get(key),
    /** Access key ids seen acting for a user, a role (all its sessions), one session or a session name that is an instance id. */
    keysOf: (principal: string): ReadonlySet<string> => byPrincipal.get(principal) ?? NONE,
    /** Unique ids that an ARN stood for: several, when a name was deleted and made again. */
    idsOf: (arn: string): ReadonlySet<string> => byArn.get(arn) ?? NONE,
    leftOut: (): number => left,
  }
}

const NONE: ReadonlySet<string> = new Set()

const count = (sighting: Sighting, event: CloudTrailEvent, time: string): true => {
  if (time < sighting.first) sighting.first = time
  if (time > sighting.last) sighting.last = time
  if (text(event.errorCode) === undefined) sighting.events++
  else sighting.denied++
  return true
}

const sightingOf = (event: CloudTrailEvent, time: string): Sighting => {
  const who = identityOf(event)
  const created = text(at(event.userIdentity, 'sessionContext', 'attributes', 'creationDate'))
  return {
    accessKeyId: who.accessKeyId,
    principalId: who.principalId,
    arn: who.arn,
    accountId: who.accountId || (accountOf(event) ?? ''),
    issuerId: who.issuerId,
    issuerArn: text(at(event.userIdentity, 'sessionContext', 'sessionIssuer', 'arn')) ?? '',
    ...(created !== undefined && !Number.isNaN(Date.parse(created)) && { created }),
    first: time,
    last: time,
    events: 0,
    denied: 0,
  }
}

/** Everything one credential is found by. */
const principalsOf = ({ principalId, issuerId, issuerArn }: Sighting): readonly string[] => {
  const name = principalId.slice(principalId.indexOf(':') + 1)
  return [
    principalId,
    ...(issuerId !== '' && issuerId !== principalId ? [issuerId] : []),
    ...(principalId.includes(':') && name !== '' ? [nameWithin(issuerArn, name)] : []),
    ...(/^i-[0-9a-f]{8,17}$/.test(name) ? [name] : []),
  ]
}

/** How the sessions of one name within one role are looked up. */
export const nameWithin = (roleArn: string, sessionName: string): string => `${roleArn}|${sessionName}`

/** How a user is looked up where only its name is known, whatever its path. */
export const userWithin = (accountId: string, name: string): string => `${accountId}:user/${name}`

const userOf = ({ arn, accountId }: Sighting): string =>
  /:iam::\d{12}:user\//.test(arn) ? userWithin(accountId, arn.slice(arn.lastIndexOf('/') + 1)) : ''
