import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import type { Evidence } from '../ports.ts'
import { type CloudTrailEvent, isObject } from '../trail/event.ts'
import { SDK_RETRIES } from './retry.ts'

/**
 * Asks CloudTrail itself for an event, by its id, in the Region that recorded it: 90 days of management events, two requests a
 * second. `undefined` when it does not know the event (yet): that takes up to fifteen minutes.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const cloudTrailEvidence = (
  clientOf: (region: string) => Pick<CloudTrailClient, 'send'> = clients(),
): Evidence => ({
  lookup: async ({ eventID, region }) => {
    const LookupAttributes = [{ AttributeKey: 'EventId' as const, AttributeValue: eventID }]
    const { Events = [] } = await clientOf(region).send(new LookupEventsCommand({ LookupAttributes }))
    const found = Events.find(({ EventId }) => EventId === eventID)?.CloudTrailEvent
    return found === undefined ? undefined : eventOf(found)
  },
})

const eventOf = (text: string): CloudTrailEvent | undefined => {
  try {
    const event: unknown = JSON.parse(text)
    return isObject(event) ? event : undefined
  } catch {
    return undefined
  }
}

const clients = () => {
  const known = new Map<string, CloudTrailClient>()
  return (region: string): CloudTrailClient => {
    const client = known.get(region) ?? new CloudTrailClient({ region, ...SDK_RETRIES })
    known.set(region, client)
    return client
  }
}
