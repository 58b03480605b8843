import type { CloudTrailEvent } from '../../trail/event.ts'
import { ApiFault, type ApiRequest } from './protocol.ts'

/** Events a page at most, as CloudTrail has it. */
const PAGE = 50

interface Attribute {
  readonly AttributeKey?: string
  readonly AttributeValue?: string
}

/**
 * CloudTrail's answer to LookupEvents: events of the Region that was asked, the newest first, by attribute and time, a page at a time.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupAnswer = (
  events: readonly CloudTrailEvent[],
  { input, region }: Pick<ApiRequest, 'input' | 'region'>,
): object => {
  const { LookupAttributes = [], StartTime, EndTime, MaxResults = PAGE, NextToken } = input
  const [attribute = {}] = LookupAttributes as readonly Attribute[]
  const [from, to] = [secondsOf(StartTime) ?? 0, secondsOf(EndTime) ?? Number.POSITIVE_INFINITY]
  if (from > to) throw new ApiFault('InvalidTimeRangeException', 'The start time is after the end time.')
  const size = Number(MaxResults)
  if (!(size >= 1 && size <= PAGE)) throw new ApiFault('InvalidMaxResultsException', `found ${MaxResults}`)
  const found = events
    .filter((event) => matches(event, attribute) && (event.awsRegion === region || attribute.AttributeKey))
    .filter(({ managementEvent }) => managementEvent !== false)
    .filter((event) => timeOf(event) >= from && timeOf(event) <= to)
    .sort((a, b) => timeOf(b) - timeOf(a))
  const begin = NextToken === undefined ? 0 : placeOf(NextToken)
  const end = begin + size
  return {
    Events: found.slice(begin, end).map((event) => ({
      EventId: event.eventID,
      EventName: event.eventName,
      CloudTrailEvent: JSON.stringify(event),
    })),
    ...(end < found.length && { NextToken: `from-${end}` }),
  }
}

const matches = (event: CloudTrailEvent, { AttributeKey, AttributeValue }: Attribute): boolean => {
  if (AttributeKey === undefined) return true
  return AttributeKey === 'EventId'
    ? event.eventID === AttributeValue
    : event.userIdentity?.accessKeyId === AttributeValue
}

/** Times come as seconds since 1970. */
const secondsOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

const timeOf = ({ eventTime }: CloudTrailEvent): number => Date.parse(String(eventTime)) / 1000

const placeOf = (token: unknown): number => {
  const [, place] = /^from-(\d+)$/.exec(String(token)) ?? []
  if (place === undefined) throw new ApiFault('InvalidNextTokenException', 'The token is not valid.')
  return Number(place)
}
