import type { ContainmentAction } from '../action.ts'
import type { Finding } from '../finding.ts'
import type { Evidence, Responder } from '../ports.ts'
import { type CloudTrailEvent, text } from '../trail/event.ts'
import type { AskingEvent, EvidenceStatus } from './entries.ts'
import { iamRegion, parseArn } from './ids.ts'
import { lookAtAll } from './look.ts'
import { denyAllPolicyArn } from './policies.ts'
import { sameJson } from './resolve.ts'

/** The events behind an action, as far as their findings are at hand. */
export const askingEvents = (
  { findings }: ContainmentAction,
  all: readonly Finding[],
): readonly AskingEvent[] =>
  all
    .filter(({ id }) => findings.includes(id))
    .map(({ id, event, time, raw, rule }) => ({
      finding: id,
      eventID: event.eventID,
      region: event.awsRegion,
      time: text(raw.eventTime) ?? time,
      level: rule.level,
    }))

/** What a plan is made from: an event whose copy differs in one of these is not the event CloudTrail saw. */
const BINDING = [
  'eventID',
  'eventName',
  'eventSource',
  'eventTime',
  'awsRegion',
  'recipientAccountId',
  'userIdentity',
  'requestParameters',
  'responseElements',
  'errorCode',
] as const satisfies readonly (keyof CloudTrailEvent)[]

/** The field in which two copies of an event differ, or `undefined`. Nothing and null are the same. */
export const differsIn = (ours: CloudTrailEvent, theirs: CloudTrailEvent): string | undefined =>
  BINDING.find((field) => !sameJson(ours[field] ?? null, theirs[field] ?? null))

export interface Corroborated {
  /** The best there is for any of the events. */
  readonly status: EvidenceStatus
  /** By finding id; who is not named is not confirmed. */
  readonly confirmed: ReadonlyMap<string, EvidenceStatus>
  readonly forged?: string
}

/**
 * What confirms the events behind an action: a digest that covers their log file, or CloudTrail's own history, asked by event id and compared field by
 * field. An event that CloudTrail holds with another content is answered as `forged`: somebody wrote it. Never throws: what cannot
 * be asked is `unverified`.
 */
export const corroborate = async (
  action: ContainmentAction,
  findings: readonly Finding[],
  evidence: Evidence | undefined,
): Promise<Corroborated> => {
  const proven = action.evidence === 'proven' ? (action.provenBy ?? action.findings) : []
  const confirmed = new Map<string, EvidenceStatus>(proven.map((id) => [id, 'digest']))
  let status: EvidenceStatus = proven.length > 0 ? 'digest' : 'unverified'
  for (const { raw, event, id } of findings.filter((one) => action.findings.includes(one.id))) {
    if (!evidence || confirmed.has(id)) continue
    const found = await ask(evidence, { eventID: event.eventID, region: event.awsRegion })
    if (!found) continue
    const field = differsIn(raw, found)
    if (field)
      return {
        status: 'unverified',
        confirmed: new Map(),
        forged: `finding ${id}: CloudTrail holds event ${event.eventID} with another ${field}`,
      }
    confirmed.set(id, 'cloudtrail')
    if (status === 'unverified') status = 'cloudtrail'
  }
  return { status, confirmed }
}

const ask = async (
  evidence: Evidence,
  event: { readonly eventID: string; readonly region: string },
): Promise<CloudTrailEvent | undefined> => {
  try {
    return await evidence.lookup(event)
  } catch {
    return undefined
  }
}

/**
 * How many of the owner's ways back in are alive: principals named by their full ARN that exist and do not carry AWSDenyAll, attached or as
 * their boundary. Globs
 * and ids name nobody that can be looked at. Never throws: who cannot be seen does not count.
 */
export const aliveBreakGlass = async (
  breakGlass: readonly string[],
  responder: Responder,
): Promise<number> => {
  let alive = 0
  for (const arn of breakGlass) if (await isAlive(arn, responder)) alive++
  return alive
}

const isAlive = async (text: string, responder: Responder): Promise<boolean> => {
  const arn = parseArn(text)
  const [, kind, name] = /^(user|role)\/(?:[^*?]*\/)?([^/*?]+)$/.exec(arn?.resource ?? '') ?? []
  if (arn?.service !== 'iam' || kind === undefined || name === undefined) return false
  const noun = kind === 'user' ? 'User' : 'Role'
  const input = { [`${noun}Name`]: name }
  const iam = { service: 'iam', ...iamRegion(arn.partition) }
  const denied = `length(AttachedPolicies[?PolicyArn=='${denyAllPolicyArn(arn.partition)}'])`
  try {
    const { holds } = await lookAtAll(
      [
        { call: { ...iam, operation: `Get${noun}`, input }, query: `${noun}.Arn`, equals: text },
        {
          call: { ...iam, operation: `Get${noun}`, input },
          query: `${noun}.PermissionsBoundary.PermissionsBoundaryArn == '${denyAllPolicyArn(arn.partition)}'`,
          equals: false,
        },
        {
          call: { ...iam, operation: `ListAttached${noun}Policies`, input },
          query: denied,
          equals: 0,
        },
      ],
      responder,
    )
    return holds === 'yes'
  } catch {
    return false
  }
}
