import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { CloudTrailEvent, UserIdentity } from '../../lib/trail/event.ts'

/** What runs day after day in an account: who it is as CloudTrail shows it, and what it calls in each of its turns. */
export interface Actor {
  readonly name: string
  readonly identity: UserIdentity
  readonly userAgent: string
  readonly sourceIPAddress: string
  /** Turns a day, spread evenly; each has a session of its own. */
  readonly turns: number
  readonly calls: readonly string[]
}

const ACCOUNT = '111122223333'
const DAY = Date.UTC(2026, 10, 3)
const FILE = new URL('../rules/tables/benign-days.yml', import.meta.url)

interface Row {
  readonly actor: string
  readonly role?: string
  readonly path?: string
  readonly session?: string
  readonly user?: string
  readonly invokedBy?: string
  readonly more?: UserIdentity
  readonly agent: string
  readonly from: string
  readonly turns: number
  readonly calls: readonly string[]
}

/** The actors of the table, or of another of the same form. */
export const benignActors = (file: URL = FILE): readonly Actor[] => {
  const rows = parse(readFileSync(file, 'utf8')) as readonly Row[]
  return rows.map((row) => ({
    name: row.actor,
    identity: identityOf(row),
    userAgent: row.agent,
    sourceIPAddress: row.from,
    turns: row.turns,
    calls: row.calls,
  }))
}

const identityOf = ({ role, path = '/', session, user, invokedBy, more }: Row): UserIdentity => {
  const by = { ...more, ...(invokedBy !== undefined && { invokedBy }) }
  if (user !== undefined) {
    const arn = `arn:aws:iam::${ACCOUNT}:user/${user}`
    return {
      type: 'IAMUser',
      userName: user,
      arn,
      accountId: ACCOUNT,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      ...by,
    }
  }
  if (role === undefined) return { type: 'AWSService', ...by }
  const issuer = { type: 'Role', userName: role, arn: `arn:aws:iam::${ACCOUNT}:role${path}${role}` }
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    ...by,
    sessionContext: { sessionIssuer: issuer, ...(by.sessionContext as object | undefined) },
  }
}

const CALL = /^([\w-]+) ([\w{}]+) (\{.*\})(?: !([\w.]+))?(?: \*(\d+))?$/s
const READS = /^(Get|List|Describe|Head|Lookup|BatchGet|Search|Query)/

/** A day of an actor in the order of time. `{i}` in a request counts the repeats of a call, `{t}` the turns, `{s}` in a session name too. */
export const dayOf = (actor: Actor): readonly CloudTrailEvent[] =>
  Array.from({ length: actor.turns }, (_, turn) => {
    const begin = DAY + Math.floor((turn * 86_400_000) / actor.turns)
    const identity = JSON.parse(
      JSON.stringify(actor.identity).replaceAll('{s}', `${1_760_000_000 + turn}`),
    ) as UserIdentity
    return actor.calls
      .flatMap((call) => callsOf(call, turn))
      .map(
        (what, i): CloudTrailEvent => ({
          eventVersion: '1.11',
          userAgent: actor.userAgent,
          sourceIPAddress: actor.sourceIPAddress,
          awsRegion: 'eu-west-1',
          recipientAccountId: ACCOUNT,
          eventType: 'AwsApiCall',
          userIdentity: identity,
          ...what,
          readOnly: READS.test(what.eventName!),
          eventID: `${actor.name}-${turn}-${i}`,
          eventTime: new Date(begin + i * 1500).toISOString().replace(/\.\d+/, ''),
        }),
      )
  }).flat()

const callsOf = (call: string, turn: number): readonly CloudTrailEvent[] => {
  const [, source, eventName, request = '', errorCode, times = '1'] = CALL.exec(call) ?? []
  if (source === undefined) throw new Error(`not a call: ${call}`)
  return Array.from({ length: Number(times) }, (_, i) => ({
    eventSource: `${source}.amazonaws.com`,
    eventName: eventName!.replaceAll('{i}', `${i}`),
    requestParameters: parse(request.replaceAll('{i}', `${i}`).replaceAll('{t}', `${turn}`)) as unknown,
    ...(errorCode && { errorCode }),
  }))
}
