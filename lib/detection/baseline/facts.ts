import { accountOf, actorOf, type CloudTrailEvent, eventTimeOf, kindOf, text } from '../../trail/event.ts'

/** What habits and rates need to know of an event, read out once. */
export interface Facts {
  readonly account: string
  readonly region: string
  readonly source: string
  readonly name: string
  /** The role behind a session, else who else acted. */
  readonly actor: string
  /** Milliseconds since 1970, UTC. */
  readonly time: number
  readonly management: boolean
  /** Changes something, and is no heartbeat. */
  readonly write: boolean
  /** Error code; empty when the call did not end in one. */
  readonly error: string
}

export const MINUTE = 60_000
export const DAY = 86_400_000

/** Calls that AWS's own services make say nothing about habits: they are most of many trails, and come in bursts. */
export const isServiceMade = (event: CloudTrailEvent): boolean => {
  if (event.eventType === 'AwsServiceEvent') return true
  const who = event.userIdentity
  if (typeof who !== 'object' || who === null) return false
  if (who.type === 'AWSService') return true
  // the console of 2017 wrote itself down as invoking service
  return typeof who.invokedBy === 'string' && who.invokedBy !== 'signin.amazonaws.com'
}

/** Reads an event, or answers `undefined` for one that is no call: an Insight, an aggregate, one without time, account or name. */
export const makeFactsReader = (): ((event: CloudTrailEvent) => Facts | undefined) => {
  const timeOf = makeTimeReader()
  return (event) => {
    const kind = kindOf(event)
    if (kind !== 'management' && kind !== 'data') return undefined
    const time = timeOf(eventTimeOf(event) ?? '')
    const account = accountOf(event)
    const name = text(event.eventName)
    if (Number.isNaN(time) || !account || !name) return undefined
    return {
      account,
      region: text(event.awsRegion) ?? '',
      source: text(event.eventSource) ?? '',
      name,
      actor: issuerOf(event) ?? actorOf(event),
      time,
      management: kind === 'management',
      write: isWrite(event),
      error: errorOf(event),
    }
  }
}

/** Neighbours often carry the same second. */
const makeTimeReader = (): ((iso: string) => number) => {
  let last = ''
  let time = Number.NaN
  return (iso) => {
    if (iso === last) return time
    last = iso
    time = Date.parse(iso)
    return time
  }
}

/** Most callers are sessions of a role: the same answer as `actorOf`, sooner. */
const issuerOf = ({ userIdentity }: CloudTrailEvent): string | undefined =>
  text(userIdentity?.sessionContext?.sessionIssuer?.arn)

const READS = /^(Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|BatchGet|View|Download|Check)/

/**
 * Calls that agents and runtimes on machines make by themselves. They change something, and say no more about whoever owns the
 * machine than that it runs.
 */
const HEARTBEATS: ReadonlySet<string> = new Set(
  `CreateLogStream PutLogEvents UpdateInstanceInformation UpdateInstanceAssociationStatus PutInventory PutComplianceItems
  SubmitTaskStateChange SubmitContainerStateChange SubmitAttachmentStateChanges DiscoverPollEndpoint PutTraceSegments
  PutTelemetryRecords PutMetricData CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel
  RegisterContainerInstance SendHeartbeat RecordLifecycleActionHeartbeat`.split(/\s+/),
)

/** Old events do not say whether they change anything; their names do. */
const isWrite = ({ readOnly, eventName }: CloudTrailEvent): boolean => {
  if (HEARTBEATS.has(eventName ?? '')) return false
  if (typeof readOnly === 'boolean') return !readOnly
  if (typeof readOnly === 'string') return readOnly.toLowerCase() !== 'true'
  return typeof eventName === 'string' && !READS.test(eventName)
}

/** Managed Grafana writes the status 200 as error code of a success. */
const errorOf = ({ errorCode }: CloudTrailEvent): string => {
  const code = text(errorCode) ?? ''
  return code === '200' ? '' : code
}
