import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type CloudTrailEvent, isObject } from '../trail/event.ts'
import type { ClientSettings } from './api/service.ts'
import { SDK_RETRIES } from './retry.ts'

/** LookupEvents takes two requests a second, for the account and Region. */
const BETWEEN_MS = 500
const PAGE = 50

/** A stretch of CloudTrail's own history, both ends in it, UTC ISO. */
export interface HistoryRange {
  readonly region: string
  readonly from: string
  readonly to: string
}

/** What one request answered. */
export interface HistoryPage {
  readonly events: readonly CloudTrailEvent[]
  /** Answers whose event could not be read as JSON. */
  readonly unreadable: number
}

/**
 * Management events of a stretch of time, the newest first, 50 a page, two requests a second. CloudTrail answers from its own history of 90 days,
 * whether or not a trail was logging; data events are not in it. Throws what CloudTrail answers when it cannot be asked.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupEvents = ({
  sleep,
  ...elsewhere
}: {
  readonly sleep: (milliseconds: number) => Promise<void>
} & Pick<ClientSettings, 'endpoint' | 'credentials'>) => {
  const clients = new Map<string, CloudTrailClient>()
  return async function* ({ region, from, to }: HistoryRange): AsyncIterable<HistoryPage> {
    const client = clients.get(region) ?? new CloudTrailClient({ ...SDK_RETRIES, ...elsewhere, region })
    clients.set(region, client)
    for (let token: string | undefined; ; ) {
      const { Events = [], NextToken } = await client.send(
        new LookupEventsCommand({
          StartTime: new Date(from),
          EndTime: new Date(to),
          MaxResults: PAGE,
          ...(token !== undefined && { NextToken: token }),
        }),
      )
      const events = Events.flatMap(({ CloudTrailEvent: text }) => {
        const event = eventOf(text)
        return event === undefined ? [] : [event]
      })
      yield { events, unreadable: Events.length - events.length }
      token = NextToken
      if (token === undefined || token === '') return
      await sleep(BETWEEN_MS)
    }
  }
}

const eventOf = (text: string | undefined): CloudTrailEvent | undefined => {
  try {
    const event: unknown = JSON.parse(text ?? '')
    return isObject(event) ? event : undefined
  } catch {
    return undefined
  }
}
